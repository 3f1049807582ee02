import { expect, test } from 'vitest'
import { isoBands, levelsOf, valueDomain } from './iso-bands.ts'
import { gridOf, type Grid } from './plane.ts'

const plane = (value: (x: number, y: number) => number) => ({
  value,
  x: { title: 'x', from: -1, to: 1 },
  y: { title: 'y', from: -1, to: 1 },
  valueTitle: 'v',
})
const gridFor = (value: (x: number, y: number) => number, size = 41): Grid =>
  gridOf('t', plane(value), size, size)

/** Holes count negative: they run the other way round. */
const area = (ring: readonly (readonly [number, number])[]) =>
  ring.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [0, 0]
    return sum + (nextX * y - x * nextY) / 2
  }, 0)

test('bands cover the grid, each once', () => {
  const grid = gridFor((x, y) => x * x + y * y)
  const bands = isoBands(grid, [0.25, 1], 'linear')
  const areas = bands.map(({ rings }) => rings.reduce((sum, ring) => sum + area(ring), 0) / 20 ** 2)
  expect(areas[0]).toBeCloseTo(Math.PI / 4, 1)
  expect(areas[1]).toBeCloseTo(Math.PI * 0.75, 1)
  expect(areas.reduce((sum, part) => sum + part, 0)).toBeCloseTo(4, 9)
  expect(bands.map(band => band.value)).toEqual([0.125, 0.625, 1.5])
})

test('a line meets the border where the function has the level', () => {
  const [, upper] = isoBands(
    gridFor(x => x),
    [0.5],
    'linear',
  )
  const columns = upper?.rings.flat().map(([column]) => column) ?? []
  expect(Math.min(...columns)).toBeCloseTo(30, 9)
  expect(Math.max(...columns)).toBe(40)
})

test('on a log scale lines are interpolated in the logarithm', () => {
  const [, upper] = isoBands(
    gridFor(x => 10 ** (3 * x), 5),
    [10],
    'log',
  )
  expect(Math.min(...(upper?.rings.flat().map(([column]) => column) ?? []))).toBeCloseTo((4 / 3 + 0.0) * 2, 6)
})

test('a constant has one band and no levels', () => {
  const grid = gridFor(() => 3)
  expect(levelsOf(valueDomain(grid, 'linear'), 12, 'linear')).toEqual([])
  expect(isoBands(grid, [], 'linear')).toHaveLength(1)
})

test('levels are round numbers inside the domain, about as many as asked for', () => {
  expect(levelsOf([0, 10], 9, 'linear')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(levelsOf([-1, 1], 3, 'linear')).toEqual([-0.5, 0, 0.5])
  const log = levelsOf([1e-4, 100], 5, 'log')
  expect(log).toEqual([0.001, 0.01, 0.1, 1, 10])
})

test.each([
  [1, 1.04],
  [0.3, 0.36],
  [1e-4, 100],
])('log levels between %s and %s are different', (low, high) => {
  const levels = levelsOf([low, high], 12, 'log')
  expect(new Set(levels).size).toBe(12)
  expect(levels.every(level => level > low && level < high)).toBe(true)
})

test('a zero does not take the colours of the rest on a log scale', () => {
  expect(
    valueDomain(
      gridFor((x, y) => (x * y) ** 2),
      'log',
    ),
  ).toEqual([1e-6, 1])
})
