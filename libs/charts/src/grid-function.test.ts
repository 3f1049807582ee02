import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gridFunction } from './grid-function.ts'

const fields = {
  x: { field: 'a', title: 'first' },
  y: { field: 'b', title: 'second' },
  value: { field: 'loss', title: 'loss' },
}
const gridOf = (xs: readonly number[], ys: readonly number[], f: (a: number, b: number) => number | null) =>
  ys.flatMap(b => xs.map(a => ({ a, b, loss: f(a, b) })))

test('a function that is linear in each direction comes back exactly, whatever the order of the rows', () => {
  const coordinate = fc.double({ min: -1, max: 3, noNaN: true })
  const rows = gridOf([-1, 0, 0.5, 3], [-1, 2, 3], (a, b) => 2 + a - 3 * b + 0.5 * a * b)
  fc.assert(
    fc.property(coordinate, coordinate, fc.shuffledSubarray(rows, { minLength: 12 }), (a, b, shuffled) => {
      const { value } = gridFunction(shuffled, fields)
      expect(value(a, b)).toBeCloseTo(2 + a - 3 * b + 0.5 * a * b, 10)
    }),
    { seed: 1 },
  )
})

test('the axes end with the grid, and beyond it the value is that of its edge', () => {
  const plane = gridFunction(
    gridOf([0, 2], [5, 6], a => a),
    fields,
  )
  expect(plane).toMatchObject({
    x: { title: 'first', from: 0, to: 2 },
    y: { title: 'second', from: 5, to: 6 },
  })
  expect(plane.value(9, 5)).toBe(2)
  expect(plane.value(-9, 9)).toBe(0)
})

test('what is missing counts as the largest value', () => {
  const { value } = gridFunction(
    gridOf([0, 1], [0, 1], (a, b) => (a + b === 2 ? null : a + b)),
    fields,
  )
  expect(value(1, 1)).toBe(1)
})

test.each([
  [gridOf([0, 1], [0, 1], a => a).slice(1), '3 rows have 2 values'],
  [gridOf([0], [0, 1], a => a), 'of two or more each'],
  [gridOf([0, 1], [0, 1], () => null), "no row has a finite 'loss'"],
  [[...gridOf([0, 1], [0, 1], a => a).slice(1), { a: 1, b: 1, loss: 0 }], 'two rows are of one point'],
  [[{ a: 0, b: 1 }], "row 0 has no field 'loss'"],
  [[{ a: NaN, b: 1, loss: 1 }], "'a' is NaN"],
])('%# is no grid', (rows, message) => {
  expect(() => gridFunction(rows, fields)).toThrow(message)
})
