import { type BackendName, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fixture, fixtureNames, openFixture } from '../test/fixture-networks.ts'
import { relativeError } from '../test/relative-error.ts'
import { type DiagonalEstimate, diagonalEstimate } from './diagonal-estimate.ts'
import type { Estimate } from './estimate.ts'
import { frobeniusNorm } from './frobenius-norm.ts'
import { hessian } from './hessian-operator.ts'
import { hutchPlusPlusTrace } from './hutch-plus-plus.ts'
import { hutchinsonTrace } from './hutchinson.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import type { LinearOperator } from './linear-operator.ts'
import { spectralDensity } from './spectral-density.ts'
import { xdiag } from './xdiag.ts'
import { xtrace } from './xtrace.ts'

/** Native where set-up builds it. */
const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']

/** So many products or so, for every estimate: products of a network are what these tests take their time for. */
const products = 24

describe.each(backends)('on %s, the Hessian of a network beside its spectrum by PyTorch', backend => {
  describe.each(fixtureNames)('%s', name => {
    let opened: ReturnType<typeof openFixture>
    let operator: LinearOperator
    let exact: Exact
    beforeAll(async () => {
      await useBackend(backend)
      opened = openFixture(name)
      operator = hessian(opened.objective)
      exact = exactly(opened.fixture)
    })
    afterAll(() => {
      tf.dispose([...opened.objective.parameters, opened.inputs])
    })

    test('both ends, within their bounds', async () => {
      const { pairs } = await lanczosEigenpairs(operator, { k: 1, which: 'both ends', tolerance: 1e-3 })
      const ends = [exact.eigenvalues.at(-1) ?? NaN, exact.eigenvalues[0] ?? NaN]
      expect(pairs).toHaveLength(2)
      pairs.forEach(({ value, errorBound, converged }, i) => {
        const error = Math.abs(value - (ends[i] ?? NaN))
        expect(error / Math.abs(ends[i] ?? NaN)).toBeLessThan(1e-3)
        expect(converged).toBe(true)
        // The fixture is of eight digits.
        expect(error).toBeLessThan(errorBound + 1e-7)
      })
    })

    test('trace', async () => {
      const hutchinson = await hutchinsonTrace(operator, { probes: products })
      agrees(hutchinson, exact.trace)
      expect(hutchinson.standardError / exact.hutchinsonError).toBeGreaterThan(0.5)
      expect(hutchinson.standardError / exact.hutchinsonError).toBeLessThan(2)
      // The others do better where few eigenvalues carry most: they may at least not do worse by much.
      for (const other of [
        await hutchPlusPlusTrace(operator, { products }),
        await xtrace(operator, { probes: products / 2 }),
      ]) {
        agrees(other, exact.trace)
        expect(other.standardError).toBeLessThan(2 * exact.hutchinsonError)
      }
    })

    test('Frobenius norm', async () => {
      const norm = await frobeniusNorm(operator, { probes: products })
      agrees(norm, Math.sqrt(exact.squaredFrobeniusNorm))
      expect(norm.standardError / norm.value).toBeLessThan(0.2)
    })

    test("the density's first moments", async () => {
      // A quadrature of m steps is exact for powers up to 2m − 1.
      const result = await spectralDensity(operator, { probes: products / 2, steps: 3, points: 2001 })
      const { trace, squaredFrobeniusNorm, width } = result
      agrees(trace, exact.trace)
      agrees(squaredFrobeniusNorm, exact.squaredFrobeniusNorm)
      expect(trace.standardError).toBeLessThan(2 * Math.SQRT2 * exact.hutchinsonError)
      expect(squaredFrobeniusNorm.standardError).toBeLessThan(exact.squaredFrobeniusNorm / 2)
      // The curve itself has them too, the second widened by σ² for each eigenvalue.
      const [mass, first, second] = [0, 1, 2].map(power => momentOf(result, power)) as [
        number,
        number,
        number,
      ]
      const { size } = operator
      expect(mass).toBeCloseTo(1, 3)
      expect(Math.abs(size * first - trace.value)).toBeLessThan(0.01 * trace.standardError)
      expect(Math.abs(size * (second - width ** 2) - squaredFrobeniusNorm.value)).toBeLessThan(
        0.01 * squaredFrobeniusNorm.standardError,
      )
    })

    test('diagonal', async () => {
      const plain = await diagonalEstimate(operator, { probes: products })
      expect(relativeError(plain.values, exact.diagonal) / exact.diagonalError).toBeLessThan(2)
      expect(beyond(plain, exact.diagonal)).toBeLessThan(0.05)
      const crossed = await xdiag(operator, { probes: products / 2 })
      expect(relativeError(crossed.values, exact.diagonal) / exact.diagonalError).toBeLessThan(2)
      expect(beyond(crossed, exact.diagonal)).toBeLessThan(0.05)
    })
  })
})

interface Exact {
  readonly eigenvalues: readonly number[]
  readonly diagonal: readonly number[]
  readonly trace: number
  readonly squaredFrobeniusNorm: number
  /** The standard deviation of Hutchinson's estimate, and the relative one of Bekas' as a whole. */
  readonly hutchinsonError: number
  readonly diagonalError: number
}

function exactly({ hessianEigenvalues: eigenvalues, hessianDiagonal: diagonal }: Fixture): Exact {
  const squares = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0)
  const squaredFrobeniusNorm = squares(eigenvalues)
  const beside = squaredFrobeniusNorm - squares(diagonal)
  return {
    eigenvalues,
    diagonal,
    trace: diagonal.reduce((sum, value) => sum + value, 0),
    squaredFrobeniusNorm,
    hutchinsonError: Math.sqrt((2 * beside) / products),
    diagonalError: Math.sqrt(beside / products / squares(diagonal)),
  }
}

function agrees({ value, standardError }: Estimate, exact: number): void {
  expect(Math.abs(value - exact)).toBeLessThan(3 * standardError)
}

/** The share of entries that are more than three standard errors off. */
function beyond({ values, standardErrors }: DiagonalEstimate, exact: readonly number[]): number {
  const far = values.filter(
    (value, i) => Math.abs(value - (exact[i] ?? NaN)) > 3 * (standardErrors[i] ?? NaN) + 1e-7,
  )
  return far.length / values.length
}

/** ∫ tᵖ φ(t) dt on the grid. */
function momentOf(
  { grid, density }: { readonly grid: Float64Array; readonly density: Float64Array },
  power: number,
): number {
  const step = (grid[1] ?? NaN) - (grid[0] ?? NaN)
  return grid.reduce((sum, t, i) => sum + t ** power * (density[i] ?? NaN) * step, 0)
}
