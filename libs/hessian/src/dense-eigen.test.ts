import { expect, test } from 'vitest'
import { distance, laplacianEigenvalues, rowsWithSpectrum } from '../test/matrices.ts'
import { denseEigen, tridiagonalEigen } from './dense-eigen.ts'

test('finds a given spectrum', () => {
  const values = [-3, -1, -1, 0, 1e-6, 2, 2, 2, 7]
  expect(distance(Array.from(denseEigen(rowsWithSpectrum(values, 1)).values), values)).toBeLessThan(1e-13)
})

test('finds the Laplacian from its two diagonals', () => {
  const { values } = tridiagonalEigen(new Array<number>(30).fill(2), new Array<number>(29).fill(-1))
  expect(distance(Array.from(values), laplacianEigenvalues(30))).toBeLessThan(1e-13)
})

test.each([1e-300, 1e-12, 1e200])('is scaled with the matrix, by %s', scale => {
  const rows = [
    [0, scale],
    [scale, 0],
  ]
  const { values } = denseEigen(rows)
  expect(
    distance(
      Array.from(values, value => value / scale),
      [-1, 1],
    ),
  ).toBeLessThan(1e-14)
})

test('a zero matrix has the eigenvalues 0', () => {
  expect(Array.from(denseEigen([new Float64Array(2), new Float64Array(2)]).values)).toEqual([0, 0])
})
