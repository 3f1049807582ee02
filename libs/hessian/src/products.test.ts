import { describe, expect, test, vi } from 'vitest'
import { inFloat32, laplacian, nanAt } from '../test/matrices.ts'
import { conjugateGradients } from './conjugate-gradients.ts'
import { diagonalEstimate } from './diagonal-estimate.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { frobeniusNorm } from './frobenius-norm.ts'
import { hutchPlusPlusTrace } from './hutch-plus-plus.ts'
import { hutchinsonTrace } from './hutchinson.ts'
import { lanczosEigenpairs } from './lanczos-eigenpairs.ts'
import { lanczos } from './lanczos.ts'
import type { LinearOperator } from './linear-operator.ts'
import { logDeterminant } from './log-determinant.ts'
import { powerIteration } from './power-iteration.ts'
import { spectralDensity } from './spectral-density.ts'
import { symmetryError } from './symmetry-error.ts'
import { thickRestartLanczos } from './thick-restart-lanczos.ts'
import type { WorkOptions } from './work-options.ts'
import { xdiag } from './xdiag.ts'
import { xtrace } from './xtrace.ts'

type Algorithm = (operator: LinearOperator, options: WorkOptions) => Promise<unknown>

const algorithms: [name: string, algorithm: Algorithm][] = [
  ['conjugateGradients', (a, o) => conjugateGradients(a, new Float64Array(a.size).fill(1), o)],
  ['diagonalEstimate', diagonalEstimate],
  ['explicitMatrix', explicitMatrix],
  ['frobeniusNorm', frobeniusNorm],
  ['hutchPlusPlusTrace', hutchPlusPlusTrace],
  ['hutchinsonTrace', hutchinsonTrace],
  ['lanczos', (a, o) => lanczos(a, new Float64Array(a.size).fill(1), { ...o, steps: 10 })],
  ['lanczosEigenpairs', lanczosEigenpairs],
  ['logDeterminant', logDeterminant],
  ['powerIteration', powerIteration],
  ['spectralDensity', spectralDensity],
  ['symmetryError', symmetryError],
  ['thickRestartLanczos', thickRestartLanczos],
  ['xdiag', xdiag],
  ['xtrace', xtrace],
]

describe.each(algorithms)('%s', (_, algorithm) => {
  test('names the product that held NaN', async () => {
    await expect(algorithm(nanAt(laplacian(40), 3), {})).rejects.toThrow(
      'product 3 holds NaN at index 0; are all parameters and data finite?',
    )
  })

  test('opens its operator once and closes it, also where a product is wrong', async () => {
    for (const matrix of [laplacian(40), nanAt(laplacian(40), 3)]) {
      const close = vi.fn()
      const taken = vi.fn((x: Float64Array) => matrix.apply(x))
      const open = vi.fn(() => ({ apply: taken, close }))
      const operator = { size: 40, open, apply: () => expect.unreachable('it was opened') }
      await algorithm(operator, {}).catch(() => undefined)
      expect(open).toHaveBeenCalledOnce()
      expect(close).toHaveBeenCalledOnce()
      expect(taken.mock.invocationCallOrder.at(-1)).toBeLessThan(close.mock.invocationCallOrder[0] ?? NaN)
    }
  })

  test('refuses an empty operator', async () => {
    await expect(algorithm(laplacian(0), {})).rejects.toThrow(RangeError)
  })

  test('ends with the reason of the signal, between products', async () => {
    const controller = new AbortController()
    const reason = new Error('the reader interrupted')
    const operator = laplacian(40)
    const apply = vi.spyOn(operator, 'apply')
    const onProgress = (count: number): void => {
      if (count === 2) controller.abort(reason)
    }
    await expect(algorithm(operator, { signal: controller.signal, onProgress })).rejects.toBe(reason)
    expect(apply).toHaveBeenCalledTimes(2)
  })

  test('a product during which the signal is aborted does not count', async () => {
    const controller = new AbortController()
    const onProgress = vi.fn()
    const operator: LinearOperator = {
      size: 40,
      apply: x => {
        controller.abort(new Error('meanwhile'))
        return x.slice()
      },
    }
    await expect(algorithm(operator, { signal: controller.signal, onProgress })).rejects.toThrow('meanwhile')
    expect(onProgress).not.toHaveBeenCalled()
  })

  test('takes no product once the signal is aborted', async () => {
    const apply = vi.fn()
    const signal = AbortSignal.abort(new Error('before'))
    await expect(algorithm({ size: 40, apply }, { signal })).rejects.toThrow('before')
    expect(apply).not.toHaveBeenCalled()
  })

  test('reports every product, never more than the total', async () => {
    const reports: [number, number][] = []
    // Damped, so that every algorithm can finish.
    const operator: LinearOperator = { ...laplacian(40), apply: x => x.map((value, i) => value * (1 + i)) }
    await algorithm(operator, { onProgress: (done, total) => reports.push([done, total]) })
    expect(reports.map(([done]) => done)).toEqual(reports.map((_, i) => i + 1))
    expect(new Set(reports.map(([, total]) => total)).size).toBe(1)
    expect(reports.every(([done, total]) => done <= total)).toBe(true)
  })
})

describe('a product that is not one', () => {
  const broken = (apply: LinearOperator['apply']): Promise<unknown> => hutchinsonTrace({ size: 2, apply })

  test('has the wrong length', async () => {
    await expect(broken(() => new Float64Array(3))).rejects.toThrow(
      "product 1 has 3 numbers, but the operator's size is 2",
    )
  })

  test('is the array that went in', async () => {
    await expect(broken(x => x)).rejects.toThrow('product 1 is the array that was passed in')
  })

  test('is of another type', async () => {
    await expect(broken(() => [1, 2] as unknown as Float64Array)).rejects.toThrow(
      'product 1 is not a Float64Array',
    )
  })

  test('comes from an operator that states an impossible error', async () => {
    const operator = { ...inFloat32(laplacian(2)), relativeError: -1 }
    await expect(hutchinsonTrace(operator)).rejects.toThrow('relativeError is -1')
  })
})
