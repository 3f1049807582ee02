import fc from 'fast-check'
import { Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { compactOf, denseBfgs, denseStep, product, randomPairs } from '../test/dense-bfgs.ts'
import type { CauchyPoint } from './l-bfgs-b-cauchy-point.ts'
import { gramOver } from './l-bfgs-b-gram.ts'
import { type CompactMatrix, timesCorrections } from './l-bfgs-b-matrix.ts'
import { subspaceMinimum } from './l-bfgs-b-subspace.ts'

const size = 7
const unbounded = {
  lower: new Float64Array(size).fill(-Infinity),
  upper: new Float64Array(size).fill(Infinity),
}

function cauchyAt(
  matrix: CompactMatrix,
  x: Float64Array,
  point: Float64Array,
  free: Int32Array,
): CauchyPoint {
  const move = point.map((value, i) => value - (x[i] ?? NaN))
  return { point, free, offset: timesCorrections(matrix, move) }
}

function minimum(
  matrix: CompactMatrix,
  x: Float64Array,
  gradient: Float64Array,
  cauchy: CauchyPoint,
  box = unbounded,
) {
  const { gram } = gramOver(matrix.corrections, cauchy.free, undefined)
  return subspaceMinimum(x, gradient, box, matrix, cauchy, gram)
}

test('is the minimum over the free coordinates, as a dense inverse finds it', () => {
  const numbers = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: size, maxLength: size })
  const indices = fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { minLength: 1 })
  fc.assert(
    fc.property(numbers, numbers, indices, fc.integer({ min: 1, max: 5 }), (slopes, move, chosen, count) => {
      const free = Int32Array.from(chosen.sort((a, b) => a - b))
      const pairs = randomPairs(size, count, 7)
      const matrix = compactOf(pairs, 4)
      const x = new Float64Array(size).fill(0.5)
      // Downhill, so that the model's minimum is so too.
      const gradient = Float64Array.from(slopes)
      const point = x.map((value, i) => value - (Math.abs(move[i] ?? NaN) / 100) * (gradient[i] ?? NaN))
      const dense = denseBfgs(pairs.slice(-4), size)
      const z = Matrix.columnVector(point.map((value, i) => value - (x[i] ?? NaN)))
      const residual = dense.mmul(z).add(Matrix.columnVector(gradient)).to1DArray()
      const step = denseStep(
        dense,
        [...free],
        Array.from(free, i => residual[i] ?? NaN),
      )
      const expected = point.slice()
      free.forEach((i, at) => (expected[i] = (expected[i] ?? NaN) + (step[at] ?? NaN)))
      // Uphill ones are cut back: another test.
      fc.pre(product(gradient, expected) < product(gradient, x))
      const found = minimum(matrix, x, gradient, cauchyAt(matrix, x, point, free))
      expect(Math.max(...expected.map((value, i) => Math.abs(value - (found?.[i] ?? NaN))))).toBeLessThan(
        1e-9,
      )
    }),
    { seed: 8 },
  )
})

/** B = [1 −2; −2 5] as two conjugate steps give it. */
const pair = (...s: [number, number]) => ({
  s: Float64Array.from(s),
  y: Float64Array.of(s[0] - 2 * s[1], -2 * s[0] + 5 * s[1]),
})
const skewed = compactOf([pair(5, 2), pair(0, 1)], 5)

test('a minimum outside of the box is projected onto it where that is downhill', () => {
  const x = Float64Array.of(0, 0)
  const gradient = Float64Array.of(-1, -1)
  const box = { lower: Float64Array.of(-1, -1), upper: Float64Array.of(3, 9) }
  // B⁻¹(1, 1) = (7, 3).
  const found = minimum(skewed, x, gradient, cauchyAt(skewed, x, x, Int32Array.of(0, 1)), box)
  expect(found?.[0]).toBe(3)
  expect(found?.[1]).toBeCloseTo(3, 12)
})

test('and the way to it is cut at the first bound where the projection is uphill', () => {
  const x = Float64Array.of(0, 0)
  const gradient = Float64Array.of(-1, 0.1)
  const box = { lower: Float64Array.of(-1, -1), upper: Float64Array.of(0.1, 9) }
  // B⁻¹(1, −0.1) = (4.8, 1.9): projected (0.1, 1.9), where the slope is −0.1 + 0.19.
  const found = minimum(skewed, x, gradient, cauchyAt(skewed, x, x, Int32Array.of(0, 1)), box)
  expect(found?.[0]).toBe(0.1)
  expect(found?.[1]).toBeCloseTo((0.1 / 4.8) * 1.9, 12)
})

test('products that no free coordinates can have give nothing', () => {
  const x = Float64Array.of(0, 0)
  const cauchy = cauchyAt(skewed, x, x, Int32Array.of(0, 1))
  const { gram } = gramOver(skewed.corrections, cauchy.free, undefined)
  const wrong = { ...gram, yy: Matrix.mul(gram.yy, -1e3) }
  expect(subspaceMinimum(x, x, unbounded, skewed, cauchy, wrong)).toBeUndefined()
})
