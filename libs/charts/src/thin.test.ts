import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thin } from './thin.ts'

const same = (x: number) => x
const points = fc.array(fc.record({ x: fc.integer({ min: 1, max: 1e6 }), y: fc.double({ noNaN: true }) }), {
  minLength: 200,
  maxLength: 400,
})

test('few points all stay', () => {
  const few = Array.from({ length: 40 }, (_, x) => ({ x, y: 1 }))
  expect(thin(few, 10, same)).toEqual([...few.keys()])
})

test('each strip keeps its first, last, lowest and highest point', () => {
  const line = Array.from({ length: 1000 }, (_, x) => ({
    x,
    y: x % 100 === 37 ? 5 : x % 100 === 60 ? -5 : 0,
  }))
  const expected = Array.from({ length: 10 }, (_, strip) => [0, 37, 60, 99].map(x => 100 * strip + x)).flat()
  // The end of the axis belongs to the last strip.
  const kept = thin([...line, { x: 1000, y: 0 }], 10, same)
  expect(kept).toEqual([...expected.slice(0, -1), 1000])
})

test('equal parts of a log axis are strips', () => {
  const line = Array.from({ length: 1000 }, (_, index) => ({ x: index + 1, y: 0 }))
  const strips = thin(line, 3, Math.log).map(index => line[index]?.x)
  expect(strips).toEqual([1, 9, 10, 99, 100, 1000])
})

test('the ends of a band stay', () => {
  const line = Array.from({ length: 100 }, (_, x) => ({
    x,
    y: 0,
    low: x === 41 ? -3 : -1,
    high: x === 43 ? 3 : 1,
  }))
  expect(thin(line, 1, same)).toEqual([0, 41, 43, 99])
})

test('points at one place, all of them: the extremes stay', () => {
  expect(
    thin(
      [1, 5, -2, 3, 4].map(y => ({ x: 7, y })),
      1,
      same,
    ),
  ).toEqual([0, 1, 2])
})

test('never loses an extreme, never keeps more than four a strip, in any order of the points', () => {
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 40 }), (line, strips) => {
      const kept = thin(line, strips, same)
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
      if (line.length > 4 * strips) expect(kept.length).toBeLessThanOrEqual(4 * strips)
      for (const axis of ['x', 'y'] as const) {
        for (const extreme of [Math.min, Math.max]) {
          expect(extreme(...kept.map(index => line[index]?.[axis] ?? NaN))).toBe(
            extreme(...line.map(point => point[axis])),
          )
        }
      }
    }),
  )
})
