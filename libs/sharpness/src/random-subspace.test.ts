import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalRows } from './normal-rows.ts'
import { randomSubspace } from './random-subspace.ts'

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0)

test('Aᵀ is the transpose of A, and A⁺ undoes A', () => {
  const number = fc.double({ min: -10, max: 10, noNaN: true })
  const vector = (size: number) =>
    fc.array(number, { minLength: size, maxLength: size }).map(values => Float64Array.from(values))
  const subspace = randomSubspace(40, 3, 1)
  fc.assert(
    fc.property(vector(3), vector(40), (y, g) => {
      expect(Math.abs(dot(subspace.expand(y), g) - dot(y, subspace.project(g)))).toBeLessThan(1e-9)
      subspace.coordinates(subspace.expand(y)).forEach((value, i) => {
        expect(Math.abs(value - (y[i] ?? NaN))).toBeLessThan(1e-10)
      })
      // What is left of g is orthogonal to the subspace.
      const near = subspace.expand(subspace.coordinates(g))
      const rest = subspace.project(g.map((value, i) => value - (near[i] ?? 0)))
      expect(Math.max(...rest.map(Math.abs))).toBeLessThan(1e-9)
    }),
    { seed: 1 },
  )
})

test('the square matrix has the inverse as its pseudo-inverse', () => {
  const subspace = randomSubspace(5, 5, 3)
  const x = Float64Array.of(1, -2, 3, 0, 0.5)
  subspace.expand(subspace.coordinates(x)).forEach((value, i) => {
    expect(value).toBeCloseTo(x[i] ?? NaN, 8)
  })
})

test('entries are standard normal, and fixed by the seed', () => {
  const size = 200_000
  const [subspace, again, other] = [5, 5, 6].map(seed => randomSubspace(size, 2, seed))
  const first = Float64Array.of(1, 0)
  const column = subspace?.expand(first) ?? first
  expect(again?.expand(first)).toEqual(column)
  expect(other?.expand(first)).not.toEqual(column)
  // Three standard errors of mean, variance and covariance.
  const [mean, variance] = [
    dot(
      column,
      column.map(() => 1),
    ) / size,
    dot(column, column) / size,
  ]
  expect(Math.abs(mean)).toBeLessThan(3 / Math.sqrt(size))
  expect(Math.abs(variance - 1)).toBeLessThan(3 * Math.sqrt(2 / size))
  const second = subspace?.expand(Float64Array.of(0, 1)) ?? first
  expect(Math.abs(dot(column, second) / size)).toBeLessThan(3 / Math.sqrt(size))
})

test('of a matrix that is too large to be kept the rows are drawn again, and are the same', () => {
  const [kept, drawn] = [normalRows(300, 8192, 2), normalRows(300, 8192, 2, 1000)]
  expect(kept.at(2)).toBe(kept.at(2))
  expect(drawn.at(2)).not.toBe(drawn.at(2))
  expect(drawn.at(2)).toEqual(kept.at(2))
  // 128 rows a block.
  expect(drawn.at(2).length).toBe(44 * 8192)
})

test.each([
  [10, 11, 'the subspace has 11 dimensions; it must have a whole number from 1 to 10'],
  [10, 0, 'the subspace has 0 dimensions'],
  [10, 2.5, 'the subspace has 2.5 dimensions'],
  [0, 1, 'size is 0; it must be a whole number from 1 on'],
])('%d dimensions, %d of them: refused', (size, dimension, message) => {
  expect(() => randomSubspace(size, dimension, 0)).toThrow(message)
})

test('vectors of another size are refused', () => {
  const subspace = randomSubspace(4, 2, 0)
  expect(() => subspace.expand(new Float64Array(4))).toThrow('y has 4 numbers; it must have 2')
  expect(() => subspace.project(new Float64Array(2))).toThrow('g has 2 numbers; it must have 4')
})
