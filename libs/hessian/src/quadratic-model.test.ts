import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { relativeError } from '../test/relative-error.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { evaluateGradient } from './evaluate.ts'
import { functionObjective, type Objective } from './objective.ts'
import { quadraticModel } from './quadratic-model.ts'

await tensorScope()

function toyAt(w1: number, w2: number): Objective {
  return functionObjective([tf.scalar(w1), tf.scalar(w2)], ([a, b]) => tf.sub(1, a.mul(b)).square())
}

test('of L = (1 − w₁w₂)² at its saddle: m = 1 − 2w₁w₂, beside L', async () => {
  const model = await quadraticModel(toyAt(0, 0))
  expect(model.loss).toBe(1)
  expect([...model.gradient].map(Math.abs)).toEqual([0, 0])
  expect(await model.value(Float64Array.of(0.5, 0.5))).toBeCloseTo(0.5, 6)
  const comparison = await model.compare(Float64Array.of(0.5, 0.5))
  expect(comparison.loss).toBeCloseTo(0.5625, 6)
  expect(comparison.error).toBeCloseTo(-0.0625, 6)
  expect(comparison.relativeError).toBeCloseTo(1 / 7, 6)
})

test('along (1, 1) its error is t⁴ beside a change of 2t² − t⁴: good up to t² = 2τ/(1 + τ)', async () => {
  const model = await quadraticModel(toyAt(0, 0))
  const { slope, curvature, steps, goodUpTo } = await model.along(Float64Array.of(1, 1), { tolerance: 0.1 })
  expect([slope, curvature]).toEqual([0, -4])
  expect(steps).toHaveLength(12)
  const exact = Math.sqrt(0.2 / 1.1)
  expect(goodUpTo).toBeLessThan(exact)
  expect(goodUpTo).toBeGreaterThan(0.98 * exact)
  const precise = await model.along(Float64Array.of(1, 1), { tolerance: 0.001, longest: 1, steps: 20 })
  expect(precise.goodUpTo).toBeLessThan(Math.sqrt(0.002 / 1.001))
  expect(precise.goodUpTo).toBeGreaterThan(0.98 * Math.sqrt(0.002 / 1.001))
})

test('of a quadratic it is good everywhere; with one step too long it is good nowhere', async () => {
  const parabola = functionObjective([tf.scalar(1)], ([w]) => w.square().mul(3).add(w))
  const everywhere = await (await quadraticModel(parabola)).along(Float64Array.of(1), { longest: 64 })
  expect(everywhere.goodUpTo).toBe(64)
  const quartic = functionObjective([tf.scalar(0)], ([w]) => w.square().square())
  const nowhere = await (await quadraticModel(quartic)).along(Float64Array.of(1), { steps: 3 })
  expect(nowhere.goodUpTo).toBe(0)
})

test('it stays at θ′ when the parameters move on', async () => {
  const w = tf.variable(tf.scalar(2), true, 'moved')
  const model = await quadraticModel(functionObjective([w], ([x]) => x.pow(3)))
  w.assign(tf.scalar(5))
  expect([...model.point]).toEqual([2])
  expect((await model.hessian.apply(Float64Array.of(1)))[0]).toBeCloseTo(12, 4)
  expect(await model.value(Float64Array.of(3))).toBeCloseTo(8 + 12 + 6, 4)
  w.dispose()
})

test('of a network: the error falls with the cube of the step', async () => {
  const { objective, fixture } = openFixture('mlp-tanh')
  const model = await quadraticModel(objective, { batchSize: 4 })
  expect(model.loss).toBeCloseTo(fixture.loss, 6)
  expect(relativeError(model.gradient, fixture.gradient)).toBeLessThan(1e-5)
  const { gradient } = await evaluateGradient(objective)
  const { steps } = await model.along(gradient, { longest: 2, steps: 3 })
  const [short, middle, long] = steps.map(({ error }) => Math.abs(error))
  expect((middle ?? NaN) / (short ?? NaN)).toBeGreaterThan(5)
  expect((long ?? NaN) / (middle ?? NaN)).toBeGreaterThan(4)
})

test('what it refuses', async () => {
  await expect(quadraticModel(toyAt(NaN, 0))).rejects.toThrow('holds NaN')
  const model = await quadraticModel(toyAt(0, 0))
  await expect(model.value(Float64Array.of(1))).rejects.toThrow('theta has 1 numbers; it must have 2')
  await expect(model.along(Float64Array.of(1))).rejects.toThrow('direction has 1 numbers; it must have 2')
  const along = (options: object): Promise<unknown> => model.along(Float64Array.of(1, 1), options)
  await expect(along({ tolerance: 0 })).rejects.toThrow('tolerance is 0')
  await expect(along({ longest: -1 })).rejects.toThrow('longest is -1')
  await expect(along({ steps: 0 })).rejects.toThrow('steps is 0')
})
