import { describe, expect, test } from 'vitest'
import { inFloat32, laplacian, laplacianEigenvalues, matrixWithSpectrum } from '../test/matrices.ts'
import { type DiagonalEstimate, diagonalEstimate } from './diagonal-estimate.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { type Estimate, meanOf } from './estimate.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { frobeniusNorm } from './frobenius-norm.ts'
import { hutchPlusPlusTrace } from './hutch-plus-plus.ts'
import { hutchinsonTrace } from './hutchinson.ts'
import type { LinearOperator } from './linear-operator.ts'
import { logDeterminant } from './log-determinant.ts'
import { scaledBy } from './scaled-by.ts'
import { shiftedBy } from './shifted-by.ts'
import { spectralDensity } from './spectral-density.ts'
import { xdiag } from './xdiag.ts'
import { xtrace } from './xtrace.ts'

type Estimator = (operator: LinearOperator, options?: { seed?: number }) => Promise<Estimate>

const size = 40
const shifted = shiftedBy(0.5, laplacian(size))
const decaying = matrixWithSpectrum(
  Array.from({ length: size }, (_, i) => 1 / (1 + i) ** 2),
  1,
)
const traceOfDecaying = Array.from({ length: size }, (_, i) => 1 / (1 + i) ** 2).reduce((a, b) => a + b)
const logDeterminantOfShifted = laplacianEigenvalues(size).reduce((sum, x) => sum + Math.log(x + 0.5), 0)

const cases: [name: string, estimator: Estimator, operator: LinearOperator, exact: number][] = [
  ['hutchinsonTrace', (a, o) => hutchinsonTrace(a, { probes: 30, ...o }), shifted, 2.5 * size],
  ['hutchPlusPlusTrace', (a, o) => hutchPlusPlusTrace(a, { products: 60, ...o }), shifted, 2.5 * size],
  [
    'hutchPlusPlusTrace, decaying',
    (a, o) => hutchPlusPlusTrace(a, { products: 60, ...o }),
    decaying,
    traceOfDecaying,
  ],
  ['xtrace', (a, o) => xtrace(a, { probes: 20, ...o }), shifted, 2.5 * size],
  ['xtrace, decaying', (a, o) => xtrace(a, { probes: 15, ...o }), decaying, traceOfDecaying],
  [
    'frobeniusNorm',
    (a, o) => frobeniusNorm(a, { probes: 50, ...o }),
    laplacian(size),
    Math.sqrt(6 * size - 2),
  ],
  ['logDeterminant', (a, o) => logDeterminant(a, { probes: 15, ...o }), shifted, logDeterminantOfShifted],
  [
    'spectralDensity: trace',
    async (a, o) => (await spectralDensity(a, { points: 2, ...o })).trace,
    shifted,
    2.5 * size,
  ],
  [
    'spectralDensity: squared Frobenius norm',
    async (a, o) => (await spectralDensity(a, { points: 2, ...o })).squaredFrobeniusNorm,
    laplacian(size),
    6 * size - 2,
  ],
]

describe.each(cases)('%s', (_, estimator, operator, exact) => {
  test('is unbiased within three standard errors, and its standard error is of the size of its scatter', async () => {
    const estimates: Estimate[] = []
    for (let seed = 0; seed < 60; seed++) estimates.push(await estimator(operator, { seed }))
    const over = meanOf(estimates.map(estimate => estimate.value))
    expect(Math.abs(over.value - exact)).toBeLessThan(3 * over.standardError)
    const scatter = over.standardError * Math.sqrt(60)
    const stated = Math.sqrt(meanOf(estimates.map(estimate => estimate.standardError ** 2)).value)
    expect(stated / scatter).toBeGreaterThan(0.75)
    expect(stated / scatter).toBeLessThan(5)
    // A normal error would be out once in 400 times; the spread of some twenty skewed samples is itself uncertain.
    expect(
      estimates.filter(({ value, standardError }) => Math.abs(value - exact) > 3 * standardError).length,
    ).toBeLessThan(7)
  })

  test('is fixed by its seed, and frozen', async () => {
    const estimate = await estimator(operator)
    expect(await estimator(operator)).toEqual(estimate)
    expect(await estimator(operator, { seed: 1 })).not.toEqual(estimate)
    expect(Object.isFrozen(estimate)).toBe(true)
    expect(estimate.products).toBeGreaterThanOrEqual(estimate.samples)
  })

  test('float32 products move it by little', async () => {
    const { value, standardError } = await estimator(operator)
    const noisy = await estimator(inFloat32(operator))
    expect(Math.abs(noisy.value - value)).toBeLessThan(1e-5 * Math.abs(exact))
    expect(Math.abs(noisy.standardError - standardError)).toBeLessThan(1e-5 * Math.abs(exact))
  })
})

const traces: [name: string, estimator: Estimator][] = [
  ['hutchinsonTrace', hutchinsonTrace],
  ['hutchPlusPlusTrace', hutchPlusPlusTrace],
  ['xtrace', xtrace],
]

describe.each(traces)('%s', (_, trace) => {
  test.each([1e-12, 1e12])('is scaled with the operator, by %s', async scale => {
    const [plain, scaled] = [await trace(decaying), await trace(scaledBy(scale, decaying))]
    expect(scaled.value / scale).toBeCloseTo(plain.value, 12)
    expect(scaled.standardError / scale).toBeCloseTo(plain.standardError, 12)
  })

  test('of the zero operator is 0 ± 0', async () => {
    expect(await trace(diagonalMatrix(new Float64Array(5)))).toMatchObject({ value: 0, standardError: 0 })
  })
})

describe('exact at low rank', () => {
  const lowRank = matrixWithSpectrum([3, -2, 1, 0.5, ...new Array<number>(46).fill(0)], 3)

  test.each<[name: string, estimator: Estimator]>([
    ['hutchPlusPlusTrace', (a, o) => hutchPlusPlusTrace(a, { products: 18, ...o })],
    ['xtrace', (a, o) => xtrace(a, { probes: 5, ...o })],
    ['xtrace with many probes', (a, o) => xtrace(a, { probes: 30, ...o })],
  ])('%s', async (_, trace) => {
    const { value, standardError } = await trace(lowRank)
    expect(value).toBeCloseTo(2.5, 11)
    expect(standardError).toBeLessThan(1e-11)
    const noisy = await trace(inFloat32(lowRank))
    expect(noisy.value).toBeCloseTo(2.5, 4)
  })

  test('xtrace with as many probes as rows, at any rank', async () => {
    const { value, standardError } = await xtrace(laplacian(30), { probes: 30 })
    expect(value).toBeCloseTo(60, 6)
    expect(standardError).toBeLessThan(1e-6)
  })

  test('Hutchinson is not', async () => {
    expect((await hutchinsonTrace(lowRank)).standardError).toBeGreaterThan(0.1)
  })
})

test('the Frobenius norm of the zero operator is 0 ± 0', async () => {
  expect(await frobeniusNorm(diagonalMatrix([0, 0]))).toMatchObject({ value: 0, standardError: 0 })
})

describe('diagonalEstimate', () => {
  test('is within three standard errors, entry by entry', async () => {
    const { values, standardErrors } = await diagonalEstimate(laplacian(30), { probes: 200 })
    const z = values.map((value, i) => Math.abs(value - 2) / (standardErrors[i] ?? NaN))
    expect(z.filter(x => x > 3).length).toBeLessThanOrEqual(1)
    // Inside, the variance is 1 + 1 over the probes; at the ends 1.
    expect((standardErrors[15] ?? NaN) / Math.sqrt(2 / 200)).toBeCloseTo(1, 0)
    expect((standardErrors[0] ?? NaN) / Math.sqrt(1 / 200)).toBeCloseTo(1, 0)
    expect((standardErrors[15] ?? NaN) / (standardErrors[0] ?? NaN)).toBeGreaterThan(1.2)
  })

  test('is exact for a diagonal, at any scale', async () => {
    const found = await diagonalEstimate(diagonalMatrix([1e-12, -3e-12]), { probes: 2 })
    expect(Array.from(found.values)).toEqual([1e-12, -3e-12])
    expect(Array.from(found.standardErrors)).toEqual([0, 0])
  })
})

describe('xdiag', () => {
  test('is unbiased within three standard errors, which are of the size of its scatter or larger', async () => {
    const exact = await exactDiagonal(decaying)
    const runs: DiagonalEstimate[] = []
    for (let seed = 0; seed < 60; seed++) runs.push(await xdiag(decaying, { probes: 12, seed }))
    const entries = exact.map((value, i) => {
      const over = meanOf(runs.map(run => run.values[i] ?? NaN))
      const stated = Math.sqrt(meanOf(runs.map(run => (run.standardErrors[i] ?? NaN) ** 2)).value)
      return {
        z: Math.abs(over.value - value) / over.standardError,
        ratio: stated / (over.standardError * Math.sqrt(60)),
      }
    })
    expect(entries.filter(({ z }) => z > 3).length).toBeLessThanOrEqual(1)
    expect(Math.min(...entries.map(({ ratio }) => ratio))).toBeGreaterThan(0.8)
    expect(Math.max(...entries.map(({ ratio }) => ratio))).toBeLessThan(5)
  })

  test('is closer than as many plain products', async () => {
    const exact = await exactDiagonal(decaying)
    const error = (values: Float64Array): number =>
      Math.sqrt(values.reduce((sum, value, i) => sum + (value - (exact[i] ?? NaN)) ** 2, 0))
    const plain = await diagonalEstimate(decaying, { probes: 30 })
    const clever = await xdiag(decaying, { probes: 15 })
    expect(clever.products).toBe(plain.products)
    expect(error(clever.values)).toBeLessThan(error(plain.values) / 5)
  })

  test('of the zero operator is 0 ± 0; scaled, it is scaled; in float32 it moves by little', async () => {
    expect(Array.from((await xdiag(diagonalMatrix([0, 0]))).values)).toEqual([0, 0])
    const options = { probes: 10 }
    const plain = await xdiag(decaying, options)
    const tiny = await xdiag(scaledBy(1e-12, decaying), options)
    const noisy = await xdiag(inFloat32(decaying), options)
    plain.values.forEach((value, i) => {
      expect((tiny.values[i] ?? NaN) * 1e12).toBeCloseTo(value, 12)
      expect((tiny.standardErrors[i] ?? NaN) * 1e12).toBeCloseTo(plain.standardErrors[i] ?? NaN, 12)
      expect(noisy.values[i]).toBeCloseTo(value, 5)
    })
  })

  test('is exact at low rank', async () => {
    const lowRank = matrixWithSpectrum([3, -2, 1, ...new Array<number>(20).fill(0)], 3)
    const exact = await exactDiagonal(lowRank)
    const { values, standardErrors } = await xdiag(lowRank, { probes: 5 })
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(exact[i] ?? NaN, 12)
    })
    expect(Math.max(...standardErrors)).toBeLessThan(1e-12)
  })
})

async function exactDiagonal(operator: LinearOperator): Promise<number[]> {
  return (await explicitMatrix(operator)).rows.map((row, i) => row[i] ?? NaN)
}

describe('logDeterminant', () => {
  test.each([
    [
      diagonalMatrix([1, 2, -1]),
      'the operator is not positive definite: it has an eigenvalue of -1.00 or less',
    ],
    [diagonalMatrix([1, 2, 0]), 'the operator cannot be told from one that is not positive definite'],
    [
      { ...diagonalMatrix([1, 2, 1e-7]), relativeError: 1e-6 },
      'the operator cannot be told from one that is not positive definite',
    ],
  ])('refuses %o', async (operator, message) => {
    await expect(logDeterminant(operator)).rejects.toThrow(message)
  })

  test('refuses an end that too few steps leave open', async () => {
    await expect(logDeterminant(shiftedBy(1e-3, laplacian(200)), { steps: 5 })).rejects.toThrow(
      'take more steps',
    )
  })

  test('is shifted by n ln c when the operator is scaled by c', async () => {
    const [plain, tiny] = [await logDeterminant(shifted), await logDeterminant(scaledBy(1e-12, shifted))]
    expect(tiny.value).toBeCloseTo(plain.value + size * Math.log(1e-12), 8)
  })
})

describe('bad input', () => {
  const operator = laplacian(5)
  test.each<[given: () => Promise<unknown>, message: string]>([
    [() => hutchinsonTrace(operator, { probes: 1 }), 'probes is 1; it must be an integer at least 2'],
    [() => hutchPlusPlusTrace(operator, { products: 5 }), 'products is 5; it must be an integer at least 6'],
    [() => xtrace(operator, { probes: 6 }), 'probes is 6; it must be an integer from 2 to 5'],
    [() => xtrace(operator, { probes: 1 }), 'probes is 1'],
    [() => xtrace(laplacian(1)), 'a matrix of size 1 is its own trace'],
    [() => diagonalEstimate(operator, { probes: 1 }), 'probes is 1'],
    [() => xdiag(operator, { probes: 6 }), 'probes is 6; it must be an integer from 2 to 5'],
    [() => frobeniusNorm(operator, { probes: 1 }), 'probes is 1'],
    [() => logDeterminant(operator, { probes: 1 }), 'probes is 1'],
    [() => logDeterminant(operator, { steps: 6 }), 'steps is 6; it must be an integer from 1 to 5'],
    [() => hutchinsonTrace(operator, { seed: 0.5 }), 'seed is 0.5'],
  ])('%s is refused', async (given, message) => {
    await expect(given()).rejects.toThrow(message)
  })
})
