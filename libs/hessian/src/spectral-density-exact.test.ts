import { expect, test } from 'vitest'
import { laplacian, laplacianEigenvalues } from '../test/matrices.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { spectralDensity } from './spectral-density.ts'
import { exactDensity } from './spectral-density-exact.ts'

test('the density of one eigenvalue is the normal density, and nothing is estimated', async () => {
  const found = await spectralDensity(diagonalMatrix([5, 5, 5]), { width: 0.5, points: 9 })
  const { density, distance } = exactDensity([5, 5, 5], found)
  found.density.forEach((value, i) => {
    expect(density[i]).toBeCloseTo(value, 12)
  })
  expect(density[4]).toBeCloseTo(1 / (0.5 * Math.sqrt(2 * Math.PI)), 12)
  expect(distance).toBeLessThan(1e-12)
})

test('the distance is how far the mass must be moved', async () => {
  const found = await spectralDensity(diagonalMatrix([5, 5, 5]))
  // A third of the mass by 3, a third by 1, a third by 0.
  expect(exactDensity([2, 6, 5], found).distance).toBeCloseTo(4 / 3, 12)
})

test('it falls with the steps, and in their limit with the probes', async () => {
  const eigenvalues = laplacianEigenvalues(100)
  const distance = async (probes: number, steps: number): Promise<number> =>
    exactDensity(eigenvalues, await spectralDensity(laplacian(100), { probes, steps })).distance
  const [few, more, all, manyProbes] = [
    await distance(10, 4),
    await distance(10, 16),
    await distance(10, 100),
    await distance(250, 100),
  ]
  expect(more).toBeLessThan(few / 2)
  expect(manyProbes).toBeLessThan(all / 2)
})

test('some of the eigenvalues are not taken for all', async () => {
  const found = await spectralDensity(diagonalMatrix([0, 0, 0, 8, 9]))
  expect(() => exactDensity([8, 9], found)).toThrow(
    'there are 2 eigenvalues of an operator of size 5; give all',
  )
  expect(() => exactDensity([8, 9, 0, 0, 0, 0], found)).toThrow('there are 6 eigenvalues')
  // Of zero nothing tells its size, and nothing depends on it.
  const zero = await spectralDensity(diagonalMatrix([0, 0]))
  expect(exactDensity([0], zero).distance).toBe(0)
})

test('no eigenvalues, and NaN, are refused', async () => {
  const found = await spectralDensity(diagonalMatrix([1, 2]))
  expect(() => exactDensity([], found)).toThrow('there are no eigenvalues')
  expect(() => exactDensity([1, NaN], found)).toThrow('eigenvalues holds NaN at index 1')
})
