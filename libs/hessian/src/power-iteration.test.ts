import { expect, test } from 'vitest'
import { distance, inFloat32, laplacian, matrixWithSpectrum } from '../test/matrices.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { powerIteration } from './power-iteration.ts'
import { scaledBy } from './scaled-by.ts'

test('finds the largest magnitudes, copies and negative ones, in order', async () => {
  const operator = matrixWithSpectrum([-5, 0.1, 0.2, 2, 2, 3.5], 1)
  const found = await powerIteration(operator, { k: 4, tolerance: 1e-8 })
  expect(
    distance(
      found.pairs.map(pair => pair.value),
      [-5, 3.5, 2, 2],
    ),
  ).toBeLessThan(1e-14 + 1e-8)
  expect(found.converged).toBe(true)
  expect(found.operatorNorm).toBeCloseTo(5, 7)
})

test('λ beside −λ does not converge, and is not called converged', async () => {
  const found = await powerIteration(diagonalMatrix([1, -1, 0.5]), { maxIterations: 100 })
  expect(found.converged).toBe(false)
  expect(found.products).toBe(100)
})

test('the zero operator, size 1, and all pairs', async () => {
  const zero = await powerIteration(diagonalMatrix([0, 0]), { k: 2 })
  expect(zero.pairs.map(pair => pair.value)).toEqual([0, 0])
  expect(zero.converged).toBe(true)
  expect((await powerIteration(diagonalMatrix([-4]))).pairs[0]?.value).toBe(-4)
  const rank1 = await powerIteration(diagonalMatrix([0, 3, 0]), { k: 3 })
  expect(
    distance(
      rank1.pairs.map(pair => pair.value),
      [3, 0, 0],
    ),
  ).toBeLessThan(1e-15)
})

test('float32 products and scaled ones', async () => {
  const operator = diagonalMatrix([10, 5, 1, 0.5, -2])
  const noisy = await powerIteration(inFloat32(operator), { k: 2 })
  expect(noisy.converged).toBe(true)
  expect(
    distance(
      noisy.pairs.map(pair => pair.value),
      [10, 5],
    ),
  ).toBeLessThan(1e-5)
  const [plain, tiny] = [await powerIteration(operator), await powerIteration(scaledBy(1e-12, operator))]
  expect(tiny.products).toBe(plain.products)
  expect(((tiny.pairs[0]?.value ?? NaN) * 1e12) / (plain.pairs[0]?.value ?? NaN)).toBeCloseTo(1, 13)
})

test.each([
  [{ k: 6 }, 'k is 6; it must be an integer from 1 to 5'],
  [{ k: 0 }, 'k is 0'],
  [{ tolerance: -1 }, 'tolerance is -1'],
  [{ maxIterations: 0 }, 'maxIterations is 0'],
])('%o is refused', async (options, message) => {
  await expect(powerIteration(laplacian(5), options)).rejects.toThrow(message)
})
