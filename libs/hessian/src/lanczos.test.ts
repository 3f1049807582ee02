import { describe, expect, test } from 'vitest'
import { distance, inFloat32, laplacian, matrixWithSpectrum, randomSymmetricRows } from '../test/matrices.ts'
import { denseMatrix } from './dense-matrix.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { lanczos, type LanczosDecomposition } from './lanczos.ts'
import type { LinearOperator } from './linear-operator.ts'
import { randomVectors } from './random-vectors.ts'
import { scaledBy } from './scaled-by.ts'
import { addScaled, dot, norm } from './vectors.ts'

function orthogonalityError({ basis }: LanczosDecomposition): number {
  return Math.max(...basis.flatMap((a, i) => basis.map((b, j) => Math.abs(dot(a, b) - Number(i === j)))))
}

/** The largest ‖A vⱼ − (V T)ⱼ‖ but for the last column, whose norm has to be β. */
async function relationErrors(operator: LinearOperator, found: LanczosDecomposition): Promise<number[]> {
  const { basis, diagonal, offDiagonal, residualNorm } = found
  const errors: number[] = []
  for (const [j, v] of basis.entries()) {
    const w = Float64Array.from(await operator.apply(v))
    addScaled(w, -(diagonal[j] ?? NaN), v)
    const [before, after] = [basis[j - 1], basis[j + 1]]
    if (before !== undefined) addScaled(w, -(offDiagonal[j - 1] ?? NaN), before)
    if (after !== undefined) addScaled(w, -(offDiagonal[j] ?? NaN), after)
    errors.push(after === undefined ? Math.abs(norm(w) - residualNorm) : norm(w))
  }
  return errors
}

describe('lanczos', () => {
  test('keeps A V = V T + β v eᵀ and the basis orthonormal, where converged pairs would spoil it', async () => {
    // One eigenvalue far out converges at once; without reorthogonalisation it would come back as a copy.
    const operator = matrixWithSpectrum([1000, ...Array.from({ length: 59 }, (_, i) => i / 59)], 2)
    const found = await lanczos(operator, randomVectors(60, 1).normal(), { steps: 40 })
    expect(found.basis).toHaveLength(40)
    expect(orthogonalityError(found)).toBeLessThan(1e-13)
    expect(Math.max(...(await relationErrors(operator, found)))).toBeLessThan(1e-10)
  })

  test('a noisy operator leaves the basis orthonormal', async () => {
    const found = await lanczos(inFloat32(laplacian(50)), randomVectors(50, 1).normal(), { steps: 50 })
    expect(orthogonalityError(found)).toBeLessThan(1e-13)
  })

  test.each([1, 1e-12, 1e12])('ends where the Krylov space does, at scale %s', async scale => {
    // Two distinct eigenvalues: the space of any vector has two dimensions.
    const operator = scaledBy(scale, matrixWithSpectrum([1, 1, 1, 3, 3], 4))
    const found = await lanczos(operator, randomVectors(5, 1).normal(), { steps: 5 })
    expect(found.basis).toHaveLength(2)
    expect(found.exhausted).toBe(true)
    expect(found.residualNorm).toBe(0)
  })

  test('the zero operator and size 1 end after a step', async () => {
    const zero = await lanczos(diagonalMatrix([0, 0, 0]), Float64Array.of(1, 2, 3), { steps: 3 })
    expect(zero).toMatchObject({ diagonal: [0], offDiagonal: [], exhausted: true })
    const one = await lanczos(diagonalMatrix([7]), Float64Array.of(-2), { steps: 1 })
    expect(one).toMatchObject({ diagonal: [7], offDiagonal: [], exhausted: true })
  })

  test('the result is frozen', async () => {
    const found = await lanczos(laplacian(4), Float64Array.of(1, 0, 0, 0), { steps: 4 })
    expect(Object.isFrozen(found) && Object.isFrozen(found.basis) && Object.isFrozen(found.diagonal)).toBe(
      true,
    )
    expect(distance([...found.diagonal], [2, 2, 2, 2])).toBeLessThan(1e-14)
    expect(distance([...found.offDiagonal], [1, 1, 1])).toBeLessThan(1e-14)
  })

  test.each<[start: Float64Array, steps: number, message: string]>([
    [new Float64Array(3), 2, 'the start vector is 0'],
    [new Float64Array(2), 2, 'the start vector has 2 numbers; it must have 3'],
    [Float64Array.of(1, NaN, 1), 2, 'the start vector holds NaN at index 1'],
    [Float64Array.of(1, 1, 1), 4, 'steps is 4; it must be an integer from 1 to 3'],
    [Float64Array.of(1, 1, 1), 0, 'steps is 0'],
  ])('%s, %s steps is refused', async (start, steps, message) => {
    await expect(lanczos(denseMatrix(randomSymmetricRows(3, 0)), start, { steps })).rejects.toThrow(message)
  })
})
