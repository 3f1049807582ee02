import { expect, test } from 'vitest'
import { orthogonalize, orthonormalBasis } from './orthogonalize.ts'
import { dot, norm } from './vectors.ts'

/** Läuchli's vectors: nearly parallel, which one pass of Gram–Schmidt loses. */
const nearlyParallel = [
  Float64Array.of(1, 1e-8, 0, 0),
  Float64Array.of(1, 0, 1e-8, 0),
  Float64Array.of(1, 0, 0, 1e-8),
]

test('twice is enough: a nearly dependent vector comes out orthogonal to rounding', () => {
  const basis = orthonormalBasis(nearlyParallel)
  expect(basis).toHaveLength(3)
  basis.forEach((a, i) => {
    expect(norm(a)).toBeCloseTo(1, 14)
    basis.slice(0, i).forEach(b => {
      expect(Math.abs(dot(a, b))).toBeLessThan(1e-14)
    })
  })
})

test('the coefficients are those of the part that was taken', () => {
  const w = Float64Array.of(3, 4)
  expect(Array.from(orthogonalize(w, [Float64Array.of(1, 0)]))).toEqual([3])
  expect(Array.from(w)).toEqual([0, 4])
})

test.each([1, 1e-100])('dependent vectors are dropped, whatever their scale %s', scale => {
  const vectors = [Float64Array.of(1, 2), Float64Array.of(2, 4), Float64Array.of(0, 1)]
  expect(orthonormalBasis(vectors.map(vector => vector.map(value => scale * value)))).toHaveLength(2)
  expect(orthonormalBasis([new Float64Array(2)])).toHaveLength(0)
})
