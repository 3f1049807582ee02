import { expect, test } from 'vitest'
import { countPositiveDefinite, randomMatrixIndices } from './gaussian-orthogonal-ensemble.ts'

const EXACT = [1 / 2, (2 - Math.SQRT2) / 4, (Math.PI - 2 * Math.SQRT2) / (4 * Math.PI)]

test.each([1, 2, 3])('of size %i as many are positive definite as theory says', async size => {
  const matrices = 200_000
  const share = EXACT[size - 1] ?? NaN
  const count = await countPositiveDefinite({ size, matrices, seed: 1 })
  expect(Math.abs(count / matrices - share)).toBeLessThan(3 * Math.sqrt((share * (1 - share)) / matrices))
})

test('by eigenvalues and by Cholesky the share is the same', async () => {
  const size = 3
  const indices = await randomMatrixIndices({ size, matrices: 5000, seed: 2 })
  const share = EXACT[size - 1] ?? NaN
  const error = Math.sqrt((share * (1 - share)) / indices.length)
  for (const end of [0, 1]) {
    const found = indices.filter(index => index === end).length / indices.length
    expect(Math.abs(found - share)).toBeLessThan(3 * error)
  }
})

test('half of the eigenvalues are negative, in large matrices nearly exactly', async () => {
  const spread = async (size: number): Promise<number> => {
    const indices = await randomMatrixIndices({ size, matrices: 200, seed: 3 })
    const mean = indices.reduce((sum, index) => sum + index, 0) / indices.length
    const deviation = Math.sqrt(indices.reduce((sum, index) => sum + (index - mean) ** 2, 0) / indices.length)
    expect(Math.abs(mean - 1 / 2)).toBeLessThan((3 * deviation) / Math.sqrt(indices.length))
    return deviation
  }
  expect(await spread(32)).toBeLessThan((await spread(4)) / 4)
})

test('the seed fixes the matrices; they can be watched and stopped', async () => {
  const matrices = { size: 2, matrices: 50_000, seed: 4 }
  const told: number[] = []
  const count = await countPositiveDefinite(matrices, { onProgress: done => told.push(done) })
  expect(told).toEqual([20_000, 40_000, 50_000])
  expect(await countPositiveDefinite(matrices)).toBe(count)
  expect(await countPositiveDefinite({ ...matrices, seed: 5 })).not.toBe(count)
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(countPositiveDefinite(matrices, { signal })).rejects.toThrow('enough')
  await expect(randomMatrixIndices(matrices, { signal })).rejects.toThrow('enough')
  const progress: number[] = []
  await randomMatrixIndices({ size: 2, matrices: 2 }, { onProgress: done => progress.push(done) })
  expect(progress).toEqual([1, 2])
})

test.each([countPositiveDefinite, randomMatrixIndices])('what %o refuses', async draw => {
  await expect(draw({ size: 0, matrices: 1 })).rejects.toThrow('size is 0')
  await expect(draw({ size: 1, matrices: 0.5 })).rejects.toThrow('matrices is 0.5')
  await expect(draw({ size: 1, matrices: 1, seed: -1 })).rejects.toThrow('seed is -1')
})
