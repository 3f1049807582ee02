import { classification, functionObjective, type Objective, overBatches } from '@flatland/hessian'
import { dropout, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { HostLoss } from './host-loss.ts'
import { keskarSharpness } from './keskar-sharpness.ts'
import { randomSubspace } from './random-subspace.ts'

beforeAll(async () => {
  await useBackend('auto')
})

const range = (size: number) => Array.from({ length: size }, (_, i) => i)

/** A separable function Σ fᵢ(xᵢ) of float64, by values and slopes of its parts. */
const separable = (
  start: readonly number[],
  part: (x: number, i: number) => readonly [value: number, slope: number],
): HostLoss => ({
  start: Float64Array.from(start),
  valueAndGradient: theta => {
    const parts = [...theta].map(part)
    return {
      loss: parts.reduce((sum, [value]) => sum + value, 0),
      gradient: Float64Array.from(parts, ([, slope]) => slope),
    }
  },
})

/** ½ Σ hᵢ xᵢ². */
const quadratic = (h: readonly number[], start: readonly number[]) =>
  separable(start, (x, i) => [((h[i] ?? 0) * x * x) / 2, (h[i] ?? 0) * x])

const percent = (highest: number, loss: number) => (100 * (highest - loss)) / (1 + loss)

describe('closed forms in float64, to 1e-6', () => {
  test('a convex quadratic, away from its minimum: each coordinate goes to the outer wall', async () => {
    const [h, x, epsilon] = [[1, 2, 0.5], [0.3, -0.7, 2], 0.05]
    const far = x.map(value => Math.abs(value) + epsilon * (Math.abs(value) + 1))
    const at = (theta: readonly number[]) =>
      theta.reduce((sum, value, i) => sum + ((h[i] ?? 0) * value ** 2) / 2, 0)
    const found = await keskarSharpness(quadratic(h, x), { epsilon })
    expect(found.value).toBeCloseTo(percent(at(far), at(x)), 6)
    expect(found.wallShare).toBe(1)
    expect(found.converged).toBe(true)
    expect(found).toMatchObject({ epsilon, dimension: 3, size: 3, loss: at(x) })
  })

  test('at its minimum, where the gradient vanishes, a start elsewhere finds the corner', async () => {
    const h = range(20).map(i => 1 + i)
    const found = await keskarSharpness(quadratic(h, Array<number>(20).fill(0)), { epsilon: 0.01 })
    expect(found.value).toBeCloseTo(100 * 0.5 * 0.01 ** 2 * (20 * 21 * 0.5), 6)
    expect(found.searches.map(({ iterations }) => iterations)[0]).toBe(0)
    expect(found.searches.length).toBe(2)
  })

  test('a separable function, Σ sin xᵢ: the crest where it is in the box, the wall elsewhere', async () => {
    const x = [0, 1.2, 1.6, 3, -2]
    const epsilon = 0.3
    const best = x.map(value => {
      const width = epsilon * (Math.abs(value) + 1)
      const crest = Math.PI / 2
      if (Math.abs(value - crest) <= width) return 1
      return Math.max(Math.sin(value - width), Math.sin(value + width))
    })
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b)
    const sines = separable(x, value => [Math.sin(value), Math.cos(value)])
    const found = await keskarSharpness(sines, { epsilon, iterations: 50 })
    expect(found.value).toBeCloseTo(percent(sum(best), sum(x.map(Math.sin))), 6)
    expect(found.converged).toBe(true)
  })

  test('a saddle ½(a² − b²): a goes to a wall, b stays at 0', async () => {
    const saddle = quadratic([1, -1], [0, 0])
    const found = await keskarSharpness(saddle, { epsilon: 0.1, iterations: 30 })
    expect(found.value).toBeCloseTo(100 * 0.5 * 0.1 ** 2, 6)
    expect(Math.abs(found.point[1] ?? 1)).toBeLessThan(1e-5)
    expect(found.wallShare).toBe(0.5)
  })

  test('in a subspace: a linear function rises by ε Σ |Aᵀg|ᵢ (|A⁺x|ᵢ + 1)', async () => {
    const size = 50
    const g = Float64Array.from(range(size), i => Math.cos(3 * i))
    const x = range(size).map(i => Math.sin(i))
    const linear = separable(x, (value, i) => [value * (g[i] ?? 0), g[i] ?? 0])
    const subspace = randomSubspace(size, 4, 9)
    const [slopes, widths] = [subspace.project(g), subspace.coordinates(Float64Array.from(x))]
    const rise = slopes.reduce((sum, s, i) => sum + Math.abs(s) * 1e-3 * (Math.abs(widths[i] ?? 0) + 1), 0)
    const loss = x.reduce((sum, value, i) => sum + value * (g[i] ?? 0), 0)
    const found = await keskarSharpness(linear, { subspace })
    expect(found.value).toBeCloseTo((100 * rise) / (1 + loss), 6)
    expect(found).toMatchObject({ dimension: 4, size, wallShare: 1 })
  })
})

describe('closed forms of objectives in float32, to 1e-3', () => {
  test.each([
    ['bowl', [1, 3], [0.5, -0.2]],
    ['saddle', [2, -1], [0.4, 0.1]],
  ])('%s', async (_, h, x) => {
    const epsilon = 0.05
    const objective = functionObjective([tf.tensor1d(x)], ([w]) =>
      w.square().mul(tf.tensor1d(h)).sum().div(2),
    )
    const at = (theta: readonly number[]) =>
      theta.reduce((sum, value, i) => sum + ((h[i] ?? 0) * value ** 2) / 2, 0)
    const best = x.map((value, i) => {
      const width = epsilon * (Math.abs(value) + 1)
      return Math.sign(value) * ((h[i] ?? 0) > 0 ? Math.abs(value) + width : Math.abs(value) - width)
    })
    const found = await keskarSharpness(objective, { epsilon })
    const expected = percent(at(best), at(x))
    expect(Math.abs(found.value / expected - 1)).toBeLessThan(1e-3)
  })
})

test('sign ascent finds the corner at once where L-BFGS-B has but one short iteration', async () => {
  const h = range(30).map(i => (i % 3 === 0 ? 1 : 1e-3))
  const loss = quadratic(
    h,
    range(30).map(i => 1e-3 * Math.cos(i)),
  )
  const plain = await keskarSharpness(loss, { epsilon: 1, iterations: 1 })
  const both = await keskarSharpness(loss, { epsilon: 1, iterations: 1, signSteps: 5 })
  const corner = range(30).reduce((sum, i) => {
    const x = Math.abs(1e-3 * Math.cos(i))
    return sum + ((h[i] ?? 0) * (x + x + 1) ** 2) / 2
  }, 0)
  expect(both.highest).toBeCloseTo(corner, 10)
  expect(both.value).toBeGreaterThan(plain.value)
  expect(both.searches).toHaveLength(2)
  expect(both.searches[1]).toMatchObject({ method: 'sign ascent', converged: true, value: both.value })
})

test('it is never below 0, and more starts or iterations never make it less', async () => {
  const ripple = separable([0.3, -1, 2], x => [Math.sin(9 * x), 9 * Math.cos(9 * x)])
  const value = async (starts: number) =>
    (await keskarSharpness(ripple, { epsilon: 0.5, starts, iterations: 3, seed: 4 })).value
  const values = [await value(1), await value(2), await value(6)]
  expect(values[0]).toBeGreaterThanOrEqual(0)
  expect(values.toSorted((a, b) => a - b)).toEqual(values)
})

test('the same seed gives the same result, and the caller keeps the point', async () => {
  const x = tf.variable(tf.tensor1d([0.5, -0.2]))
  const objective = functionObjective([x], ([w]) => w.square().sum())
  const run = () => keskarSharpness(objective, { epsilon: 0.1, starts: 3, seed: 3 })
  expect(await run()).toEqual(await run())
  expect(x.dataSync()[0]).toBe(0.5)
  const tensors = tf.memory().numTensors
  await run()
  expect(tf.memory().numTensors).toBe(tensors)
})

test('progress goes up to its total, and a signal ends it', async () => {
  const told: (readonly [number, number])[] = []
  const loss = quadratic([1, 2], [1, 1])
  await keskarSharpness(loss, { onProgress: (done, total) => told.push([done, total]), signSteps: 2 })
  expect(told.at(-1)?.[0]).toBe(told.at(-1)?.[1])
  expect(told.map(([done]) => done).toSorted((a, b) => a - b)).toEqual(told.map(([done]) => done))
  const reason = new Error('enough')
  await expect(keskarSharpness(loss, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

/** Two examples, three units with batch normalisation or dropout. */
const network = (outputs: (z: tf.Tensor) => tf.Tensor): Objective =>
  classification({
    parameters: [
      tf.tensor2d([
        [1, 0.5, 0.2],
        [0.3, 1, 0.1],
      ]),
    ],
    logits: ([w], x) => outputs(tf.matMul(x, w ?? x)),
    classes: 3,
    inputs: tf.tensor2d([
      [1, 2],
      [3, -1],
      [0, 1],
      [2, 2],
    ]),
    labels: [0, 1, 2, 0],
  })

describe('what has no such sharpness is refused by name', () => {
  test.each([
    [{ epsilon: 0 }, 'epsilon is 0; it must be a positive finite number'],
    [{ epsilon: -1e-3 }, 'epsilon is -0.001'],
    [{ epsilon: NaN }, 'epsilon is NaN'],
    [{ iterations: 0 }, 'iterations is 0; it must be a whole number from 1 on'],
    [{ starts: 1.5 }, 'starts is 1.5'],
    [{ signSteps: -1 }, 'signSteps is -1'],
    [{ subspace: randomSubspace(3, 1, 0) }, 'the subspace is one of 3 numbers; θ has 2'],
  ])('%j', async (options, message) => {
    await expect(keskarSharpness(quadratic([1, 1], [1, 1]), options)).rejects.toThrow(message)
  })

  test.each([-1, -1.5])('a loss of %d in the denominator', async value => {
    const loss = separable([0], x => [value + x, 1])
    await expect(keskarSharpness(loss)).rejects.toThrow(
      `The loss is ${value} at θ; the metric divides by 1 + loss`,
    )
  })

  test('a loss that is not finite', async () => {
    await expect(keskarSharpness(separable([0], () => [NaN, NaN]))).rejects.toThrow('The loss is NaN at θ')
  })

  test('a model in training mode: dropout, which draws anew at each call', async () => {
    let call = 0
    const training = network(z => dropout(z, 0.5, tf.tensor1d([1, call++], 'int32')))
    await expect(keskarSharpness(training)).rejects.toThrow(/Two evaluations .* training mode/s)
  })

  test('a model in training mode: batch normalisation over micro-batches, unless the batches are the examples', async () => {
    const training = network(z => {
      const { mean, variance } = tf.moments(z, 0)
      return z.sub(mean).mul(variance.add(1e-5).rsqrt())
    })
    await expect(keskarSharpness(training, { batchSize: 2 })).rejects.toThrow('batch normalisation')
    const found = await keskarSharpness(overBatches(training, 2))
    expect(found.value).toBeGreaterThan(0)
  })
})
