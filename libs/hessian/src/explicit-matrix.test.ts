import { describe, expect, test } from 'vitest'
import { distance, inFloat32, laplacian, laplacianEigenvalues, matrixWithSpectrum } from '../test/matrices.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import type { LinearOperator } from './linear-operator.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

const shear: LinearOperator = {
  size: 2,
  relativeError: 0,
  apply: x => Float64Array.of((x[0] ?? NaN) + 2 * (x[1] ?? NaN), x[1] ?? NaN),
}

describe('explicitMatrix', () => {
  test('averages what is not symmetric, and measures it', async () => {
    const { rows, asymmetry } = await explicitMatrix(shear)
    expect(rows.map(row => Array.from(row))).toEqual([
      [1, 1],
      [1, 1],
    ])
    // (A − Aᵀ) / 2 has the two entries ±1.
    expect(asymmetry).toBeCloseTo(Math.SQRT2, 14)
  })

  test('refuses what is too large before any product', async () => {
    let products = 0
    const large: LinearOperator = {
      size: 11,
      apply: x => {
        products++
        return x.slice()
      },
    }
    await expect(explicitMatrix(large, { maxSize: 10 })).rejects.toThrow(
      "the operator's size is 11, which takes as many products and 11² numbers; raise maxSize (10)",
    )
    expect(products).toBe(0)
    expect((await explicitMatrix(large, { maxSize: 11 })).rows).toHaveLength(11)
    await expect(explicitMatrix(large, { maxSize: 0 })).rejects.toThrow('maxSize is 0')
  })
})

describe('symmetricEigen', () => {
  test('finds the Laplacian', async () => {
    const { pairs, operatorNorm } = symmetricEigen(await explicitMatrix(laplacian(60)))
    const exact = laplacianEigenvalues(60).toReversed()
    expect(
      distance(
        pairs.map(pair => pair.value),
        exact,
      ),
    ).toBeLessThan(1e-13)
    expect(operatorNorm).toBeCloseTo(exact[0] ?? NaN, 13)
    expect(Math.max(...pairs.map(pair => pair.errorBound))).toBeLessThan(1e-12)
  })

  test('bounds hold in float32, where residuals alone do not', async () => {
    const exact = [3, 1, 1e-7, 0, -2]
    const { pairs } = symmetricEigen(await explicitMatrix(inFloat32(matrixWithSpectrum(exact, 5))))
    pairs.forEach(({ value, errorBound, residualNorm }, i) => {
      expect(Math.abs(value - (exact[i] ?? NaN))).toBeLessThan(errorBound)
      expect(residualNorm).toBeLessThan(1e-13)
    })
  })

  test('an unsymmetric operator has bounds that say so', async () => {
    const { pairs } = symmetricEigen(await explicitMatrix(shear))
    expect(pairs.every(pair => pair.errorBound > 1)).toBe(true)
  })

  test.each([
    [[], 'the matrix has no rows'],
    [[Float64Array.of(1, 2)], 'row 0 of the matrix has 2 numbers; it must have 1'],
    [[Float64Array.of(NaN)], 'row 0 of the matrix holds NaN'],
  ])('%o is refused', (rows, message) => {
    expect(() => symmetricEigen({ rows, asymmetry: 0, relativeError: 0 })).toThrow(message)
  })
})
