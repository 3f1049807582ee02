import { functionObjective } from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { diagonal, quadratic } from '../test/quadratic.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { hessianSharpness } from './hessian-sharpness.ts'

await tensorScope()

test('of a small quadratic: the largest eigenvalue within its bound, the trace exactly', async () => {
  const rows = [
    [2, 1, 0.5],
    [1, 3, -1],
    [0.5, -1, 1],
  ]
  const found = await hessianSharpness(quadratic(rows, [1, 2, 3]))
  const largest = Math.max(...new EigenvalueDecomposition(new Matrix(rows)).realEigenvalues)
  expect(Math.abs(found.largestEigenvalue - largest)).toBeLessThan(found.errorBound)
  expect(found.errorBound).toBeLessThan(1e-3)
  expect(found.trace).toBeCloseTo(6, 5)
  expect(found).toMatchObject({ converged: true, traceStandardError: 0, seed: 0, products: 3 + 1 + 3 })
  expect(Object.isFrozen(found)).toBe(true)
})

test('at a saddle the largest is that of the positive end', async () => {
  const { largestEigenvalue, trace } = await hessianSharpness(quadratic(diagonal([-9, 2, 1]), [0, 0, 0]))
  expect(largestEigenvalue).toBeCloseTo(2, 4)
  expect(trace).toBeCloseTo(-6, 4)
})

test('of more numbers than probes: the trace within three standard errors', async () => {
  const values = Array.from({ length: 120 }, (_, i) => 1 / (1 + i))
  const expected = values.reduce((sum, value) => sum + value)
  const told: [number, number][] = []
  const options = { probes: 10, onProgress: (...each: [number, number]) => told.push(each) }
  const theta = values.map(() => 0)
  const found = await hessianSharpness(quadratic(diagonal(values), theta), options)
  expect(found.traceStandardError).toBeGreaterThan(0)
  expect(Math.abs(found.trace - expected)).toBeLessThan(3 * found.traceStandardError)
  expect(Math.abs(found.largestEigenvalue - 1)).toBeLessThan(found.errorBound)
  expect(told.map(([done]) => done)).toEqual(told.map((_, i) => i + 1))
  expect(told.at(-1)).toEqual([found.products, found.products])
  const other = await hessianSharpness(quadratic(diagonal(values), theta), { probes: 10, seed: 1 })
  expect(other.trace).not.toBe(found.trace)
})

test('a single parameter is its own trace', async () => {
  const { largestEigenvalue, trace } = await hessianSharpness(
    functionObjective([tf.scalar(1)], ([x]) => x.pow(3)),
  )
  expect([largestEigenvalue, trace]).toEqual([6, 6])
})

test('what it refuses, before any work', async () => {
  const unread = functionObjective([tf.scalar(1)], () => {
    throw new Error('worked')
  })
  await expect(hessianSharpness(unread, { probes: 1 })).rejects.toThrow('probes is 1')
  await expect(hessianSharpness(unread, { seed: -1 })).rejects.toThrow('seed is -1')
})
