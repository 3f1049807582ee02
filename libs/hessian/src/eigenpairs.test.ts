import { describe, expect, test } from 'vitest'
import {
  distance,
  inFloat32,
  laplacian,
  laplacianEigenvalues,
  matrixWithSpectrum,
  randomSymmetricRows,
} from '../test/matrices.ts'
import { denseEigen } from './dense-eigen.ts'
import { denseMatrix } from './dense-matrix.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import type { Eigenpairs } from './eigenpairs.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import { float32Error, type LinearOperator } from './linear-operator.ts'
import { scaledBy } from './scaled-by.ts'
import { sumOf } from './sum-of.ts'
import { thickRestartLanczos } from './thick-restart-lanczos.ts'
import { dot } from './vectors.ts'
import type { WantedEnd } from './wanted-end.ts'

interface Options {
  readonly k?: number
  readonly which?: WantedEnd
  readonly tolerance?: number
  readonly seed?: number
}

type Method = (operator: LinearOperator, options?: Options) => Promise<Eigenpairs>

const methods: [name: string, method: Method][] = [
  ['lanczosEigenpairs', (a, o) => lanczosEigenpairs(a, { maxIterations: a.size, ...o })],
  ['thickRestartLanczos', (a, o) => thickRestartLanczos(a, { maxProducts: 3000, ...o })],
]

const valuesOf = ({ pairs }: Eigenpairs): number[] => pairs.map(pair => pair.value)

/** What was asked for, of ascending values, in the order of the result. */
function expected(ascending: readonly number[], k: number, which: WantedEnd): number[] {
  const descending = ascending.toReversed()
  if (which === 'largest') return descending.slice(0, k)
  if (which === 'smallest') return ascending.slice(0, k)
  return [...descending.slice(0, k), ...descending.slice(-k)]
}

describe.each(methods)('%s', (_, method) => {
  test.each<WantedEnd>(['largest', 'smallest', 'both ends'])('%s of the Laplacian', async which => {
    const found = await method(laplacian(120), { k: 4, which, tolerance: 1e-10 })
    expect(distance(valuesOf(found), expected(laplacianEigenvalues(120), 4, which))).toBeLessThan(1e-12)
    expect(found.converged).toBe(true)
  })

  test.each<WantedEnd>(['largest', 'smallest', 'both ends'])('%s of a random matrix', async which => {
    const rows = randomSymmetricRows(80, 5)
    const exact = Array.from(denseEigen(rows).values)
    const found = await method(denseMatrix(rows), { k: 10, which, tolerance: 1e-10 })
    expect(distance(valuesOf(found), expected(exact, 10, which))).toBeLessThan(1e-12)
    for (const { residualNorm, errorBound } of found.pairs) {
      expect(residualNorm).toBeLessThan(1e-10)
      expect(errorBound).toBeGreaterThan(residualNorm)
    }
  })

  test('the vectors are orthonormal, and the residuals true', async () => {
    const operator = denseMatrix(randomSymmetricRows(60, 6))
    const { pairs } = await method(operator, { k: 3, which: 'both ends', tolerance: 1e-6 })
    for (const [i, { value, vector, residualNorm }] of pairs.entries()) {
      const residual = (await operator.apply(vector)).map((w, j) => w - value * (vector[j] ?? NaN))
      expect(residualNorm).toBeCloseTo(Math.sqrt(dot(residual, residual)), 12)
      pairs.forEach((other, j) => {
        expect(dot(vector, other.vector)).toBeCloseTo(Number(i === j), 12)
      })
    }
  })

  test('rank one on the identity has its one eigenvalue and vector', async () => {
    const u = Float64Array.from({ length: 30 }, (_, i) => i + 1)
    const squared = dot(u, u)
    const rankOne: LinearOperator = {
      size: 30,
      relativeError: 1e-15,
      apply: x => u.map(value => value * dot(u, x)),
    }
    const identity = diagonalMatrix(new Float64Array(30).fill(1))
    const { pairs } = await method(sumOf([identity, rankOne]), { tolerance: 1e-10 })
    expect(pairs[0]?.value).toBeCloseTo(1 + squared, 8)
    expect(Math.abs(dot(u, pairs[0]?.vector ?? u))).toBeCloseTo(Math.sqrt(squared), 8)
  })

  test('all pairs, with copies, when all are asked for', async () => {
    const values = [-2, 0, 0, 1, 1, 1, 4]
    const found = await method(matrixWithSpectrum(values, 7), { k: 7, tolerance: 1e-10 })
    expect(distance(valuesOf(found), values.toReversed())).toBeLessThan(1e-13)
  })

  test('the zero operator, the identity and size 1', async () => {
    const zero = await method(diagonalMatrix(new Float64Array(9)), { k: 2 })
    expect(zero).toMatchObject({ converged: true, operatorNorm: 0 })
    expect(valuesOf(zero)).toEqual([0, 0])
    expect(valuesOf(await method(diagonalMatrix(new Float64Array(9)), { k: 7 }))).toHaveLength(7)
    const one = await method(diagonalMatrix([-3]))
    expect(valuesOf(one)).toEqual([-3])
    const identity = await method(diagonalMatrix(new Float64Array(6).fill(1)), { k: 2, which: 'both ends' })
    expect(distance(valuesOf(identity), [1, 1, 1, 1])).toBeLessThan(1e-15)
  })

  test('a cluster is resolved to its residuals', async () => {
    const values = [...Array.from({ length: 60 }, (_, i) => i / 60), 2, 2 + 1e-7, 2 + 2e-7]
    const found = await method(matrixWithSpectrum(values, 8), { k: 3, tolerance: 1e-12 })
    expect(distance(valuesOf(found), [2 + 2e-7, 2 + 1e-7, 2])).toBeLessThan(1e-11)
  })

  test('scaling the operator scales the result', async () => {
    const operator = denseMatrix(randomSymmetricRows(50, 9))
    const options = { k: 2, which: 'both ends', tolerance: 1e-8 } as const
    const [plain, tiny] = [await method(operator, options), await method(scaledBy(1e-12, operator), options)]
    expect(
      distance(
        valuesOf(tiny).map(value => value * 1e12),
        valuesOf(plain),
      ),
    ).toBeLessThan(1e-13)
    expect(tiny).toMatchObject({ converged: true, products: plain.products })
  })

  test('float32 products: the values are good to their bounds, with the default tolerance', async () => {
    const values = [-1, -0.5, ...Array.from({ length: 200 }, (_, i) => 1e-3 * Math.sin(i)), 5, 10]
    const operator = inFloat32(diagonalMatrix(values))
    const found = await method(operator, { k: 2, which: 'both ends' })
    expect(found.converged).toBe(true)
    for (const [i, exact] of [10, 5, -0.5, -1].entries()) {
      const pair = found.pairs[i]
      expect(Math.abs((pair?.value ?? NaN) - exact)).toBeLessThan(pair?.errorBound ?? 0)
      expect(pair?.errorBound).toBeGreaterThanOrEqual(10 * float32Error * 0.99)
    }
  })

  test('a tolerance below the noise is not called converged', async () => {
    const operator = inFloat32(denseMatrix(randomSymmetricRows(60, 10)))
    const found = await method(operator, { k: 2, tolerance: 1e-11 })
    expect(found.converged).toBe(false)
    const exact = Array.from(denseEigen(randomSymmetricRows(60, 10)).values)
    expect(distance(valuesOf(found), expected(exact, 2, 'largest'))).toBeLessThan(1e-6)
  })

  test('the seed decides', async () => {
    const operator = denseMatrix(randomSymmetricRows(40, 11))
    const [a, b, c] = [await method(operator), await method(operator), await method(operator, { seed: 1 })]
    expect(a.pairs[0]?.vector).toEqual(b.pairs[0]?.vector)
    expect(a.pairs[0]?.vector).not.toEqual(c.pairs[0]?.vector)
    expect([a.seed, c.seed]).toEqual([0, 1])
  })

  test.each<[options: Options, message: string]>([
    [{ k: 0 }, 'k is 0; it must be an integer from 1 to 5'],
    [{ k: 6 }, 'k is 6; it must be an integer from 1 to 5: there are only 5 eigenvalues'],
    [{ k: 3, which: 'both ends' }, 'k is 3; it must be an integer from 1 to 2: both ends take 2 k'],
    [{ k: 1.5 }, 'k is 1.5'],
    [{ tolerance: 0 }, 'tolerance is 0; it must be a positive finite number'],
    [{ tolerance: NaN }, 'tolerance is NaN'],
    [{ seed: -1 }, 'seed is -1'],
  ])('%o is refused', async (options, message) => {
    await expect(method(laplacian(5), options)).rejects.toThrow(message)
  })
})

describe('lanczosEigenpairs alone', () => {
  test('out of iterations is not converged, and the bound still holds', async () => {
    const found = await lanczosEigenpairs(laplacian(400), { maxIterations: 20, tolerance: 1e-8 })
    expect(found).toMatchObject({ converged: false, products: 21 })
    const [{ value, errorBound } = { value: NaN, errorBound: NaN }] = found.pairs
    expect(Math.min(...laplacianEigenvalues(400).map(exact => Math.abs(exact - value)))).toBeLessThan(
      errorBound,
    )
  })

  test('stops as soon as the wanted pairs have converged', async () => {
    const far = diagonalMatrix([100, ...Array.from({ length: 500 }, (_, i) => i / 500)])
    expect((await lanczosEigenpairs(far, { tolerance: 1e-8 })).products).toBeLessThan(20)
  })

  test.each([0, 6])('%s iterations are refused', async maxIterations => {
    await expect(lanczosEigenpairs(laplacian(5), { maxIterations })).rejects.toThrow(
      `maxIterations is ${maxIterations}; it must be an integer from 1 to 5`,
    )
  })
})

describe('thickRestartLanczos alone', () => {
  test('finds every copy of multiple eigenvalues at both ends', async () => {
    const values = [-3, -3, ...Array.from({ length: 90 }, (_, i) => i / 90), 5, 5, 5, 5]
    const found = await thickRestartLanczos(matrixWithSpectrum(values, 12), {
      k: 5,
      which: 'both ends',
      tolerance: 1e-10,
    })
    expect(distance(valuesOf(found), expected(values, 5, 'both ends'))).toBeLessThan(1e-12)
    expect(found.confirmed).toBe(true)
  })

  test('needs no larger basis for many pairs of a large matrix', async () => {
    const found = await thickRestartLanczos(laplacian(1000), {
      k: 2,
      tolerance: 1e-6,
      basisSize: 30,
      maxProducts: 5000,
    })
    expect(distance(valuesOf(found), expected(laplacianEigenvalues(1000), 2, 'largest'))).toBeLessThan(1e-6)
    expect(found.converged).toBe(true)
  })

  test('the smallest basis has room for the next vector at both ends', async () => {
    const values = [-2, -1.5, ...Array.from({ length: 40 }, (_, i) => i / 400), 1.5, 2]
    const found = await thickRestartLanczos(diagonalMatrix(values), {
      k: 2,
      which: 'both ends',
      tolerance: 1e-8,
      basisSize: 6,
    })
    expect(found).toMatchObject({ converged: true, confirmed: true })
    expect(distance(valuesOf(found), [2, 1.5, -1.5, -2])).toBeLessThan(1e-12)
  })

  test('out of products is neither converged nor confirmed; found but not looked at twice, not confirmed', async () => {
    const few = await thickRestartLanczos(laplacian(1000), { maxProducts: 60, tolerance: 1e-8 })
    expect(few).toMatchObject({ converged: false, confirmed: false })
    expect(few.products).toBeLessThanOrEqual(60)
    const far = diagonalMatrix([100, ...Array.from({ length: 500 }, (_, i) => i / 500)])
    const once = await thickRestartLanczos(far, { maxProducts: 24, tolerance: 1e-8 })
    expect(once).toMatchObject({ converged: true, confirmed: false })
    const last = await thickRestartLanczos(far, { basisSize: 5, maxProducts: 6, tolerance: 1e-4 })
    expect(last).toMatchObject({ converged: true, confirmed: false, products: 6 })
  })

  test('a basis without room or too few products are refused', async () => {
    await expect(thickRestartLanczos(laplacian(50), { k: 3, basisSize: 4 })).rejects.toThrow(
      'basisSize is 4; it must be an integer from 5 to 50: two more than the wanted pairs',
    )
    await expect(thickRestartLanczos(laplacian(50), { maxProducts: 5 })).rejects.toThrow('maxProducts is 5')
  })
})
