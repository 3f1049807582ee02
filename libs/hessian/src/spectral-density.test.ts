import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inFloat32, laplacian, laplacianEigenvalues, randomSymmetricRows } from '../test/matrices.ts'
import { denseMatrix } from './dense-matrix.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { scaledBy } from './scaled-by.ts'
import { type SpectralDensity, spectralDensity } from './spectral-density.ts'

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0)

/** ∫ φ dt by the trapezoidal rule. */
function integralOf({ grid, density }: SpectralDensity): number {
  const step = (grid[1] ?? NaN) - (grid[0] ?? NaN)
  return step * sum(density)
}

/** The exact density of known eigenvalues, broadened as the estimate is. */
function exactDensity(eigenvalues: readonly number[], t: number, width: number): number {
  const peak = 1 / (width * Math.sqrt(2 * Math.PI) * eigenvalues.length)
  return eigenvalues.reduce((total, x) => total + peak * Math.exp(-0.5 * ((t - x) / width) ** 2), 0)
}

describe('spectralDensity', () => {
  test('weights sum to 1, none negative, and nodes lie inside the spectrum', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 25 }),
        fc.integer({ min: 0, max: 999 }),
        async (size, seed) => {
          const operator = denseMatrix(randomSymmetricRows(size, seed))
          const steps = 1 + (seed % size)
          const { quadratures } = await spectralDensity(operator, { probes: 2, steps, points: 2, seed })
          for (const { nodes, weights } of quadratures) {
            expect(sum(weights)).toBeCloseTo(1, 12)
            expect(weights.every(weight => weight >= 0)).toBe(true)
            expect(nodes).toHaveLength(steps)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  test('a quadrature of m steps is exact to degree 2 m − 1', async () => {
    // With all steps the moments are those of the start vector; with three they agree to degree 5.
    const operator = denseMatrix(randomSymmetricRows(12, 4))
    const [few, all] = [
      await spectralDensity(operator, { probes: 2, steps: 3, points: 2 }),
      await spectralDensity(operator, { probes: 2, steps: 12, points: 2 }),
    ]
    const moment = ({ quadratures }: SpectralDensity, power: number): number => {
      const { nodes, weights } = quadratures[0] ?? { nodes: new Float64Array(), weights: new Float64Array() }
      return nodes.reduce((total, node, i) => total + (weights[i] ?? NaN) * node ** power, 0)
    }
    for (const power of [0, 1, 2, 3, 4, 5]) expect(moment(few, power)).toBeCloseTo(moment(all, power), 13)
    expect(Math.abs(moment(few, 6) - moment(all, 6))).toBeGreaterThan(1e-5)
  })

  test('is the exact density, its error bars are of the size of its errors, and it integrates to 1', async () => {
    const eigenvalues = laplacianEigenvalues(200)
    const squares: number[] = []
    for (let seed = 0; seed < 5; seed++) {
      const found = await spectralDensity(laplacian(200), {
        probes: 20,
        steps: 60,
        width: 0.2,
        points: 60,
        seed,
      })
      expect(integralOf(found)).toBeCloseTo(1, 3)
      expect(Math.max(...found.standardError)).toBeLessThan(0.05)
      found.grid.forEach((t, i) => {
        const exact = exactDensity(eigenvalues, t, 0.2)
        if (exact > 0.01)
          squares.push((((found.density[i] ?? NaN) - exact) / (found.standardError[i] ?? NaN)) ** 2)
      })
    }
    const ratio = Math.sqrt(squares.reduce((total, square) => total + square, 0) / squares.length)
    expect(ratio).toBeGreaterThan(0.6)
    expect(ratio).toBeLessThan(1.6)
  })

  test('first moments match trace and Frobenius norm of bulk and outliers in float32', async () => {
    const eigenvalues = [
      ...Array.from({ length: 290 }, (_, i) => 0.01 * Math.sin(i)),
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      -2,
    ]
    const found = await spectralDensity(inFloat32(diagonalMatrix(eigenvalues)), { probes: 30 })
    const [trace, squared] = [1, 2].map(power => eigenvalues.reduce((total, x) => total + x ** power, 0))
    expect(Math.abs(found.trace.value - (trace ?? NaN))).toBeLessThan(3 * found.trace.standardError)
    expect(Math.abs(found.squaredFrobeniusNorm.value - (squared ?? NaN))).toBeLessThan(
      3 * found.squaredFrobeniusNorm.standardError,
    )
    expect(found.quadratures[0]?.nodes.at(-1)).toBeCloseTo(11, 4)
    expect(found.quadratures[0]?.nodes[0]).toBeCloseTo(-2, 4)
  })

  test('the zero operator and a multiple of the identity are single peaks', async () => {
    const zero = await spectralDensity(diagonalMatrix(new Float64Array(4)))
    expect(zero).toMatchObject({ width: 1, trace: { value: 0, standardError: 0 } })
    expect(integralOf(zero)).toBeCloseTo(1, 3)
    const five = await spectralDensity(diagonalMatrix([5, 5, 5]))
    expect(five.trace.value).toBeCloseTo(15, 12)
    expect(five.width).toBeCloseTo(5e-5, 12)
    expect(five.quadratures[0]?.nodes).toHaveLength(1)
    expect(integralOf(five)).toBeCloseTo(1, 3)
    expect((await spectralDensity(diagonalMatrix([7]))).trace.value).toBeCloseTo(7, 12)
  })

  test('a scaled operator has a scaled density', async () => {
    const [plain, tiny] = [
      await spectralDensity(laplacian(30)),
      await spectralDensity(scaledBy(1e-12, laplacian(30))),
    ]
    expect(tiny.width * 1e12).toBeCloseTo(plain.width, 12)
    tiny.density.forEach((value, i) => {
      expect(value * 1e-12).toBeCloseTo(plain.density[i] ?? NaN, 8)
    })
  })

  test.each([
    [{ probes: 1 }, 'probes is 1; it must be an integer at least 2'],
    [{ steps: 0 }, 'steps is 0'],
    [{ steps: 6 }, 'steps is 6; it must be an integer from 1 to 5'],
    [{ width: 0 }, 'width is 0; it must be a positive finite number'],
    [{ points: 1 }, 'points is 1'],
  ])('%o is refused', async (options, message) => {
    await expect(spectralDensity(laplacian(5), options)).rejects.toThrow(message)
  })
})
