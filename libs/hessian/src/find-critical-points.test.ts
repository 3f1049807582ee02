import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { tanhNetwork } from '../test/tanh-network.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { atPoint, evaluateGradient } from './evaluate.ts'
import { findCriticalPoints, type FindCriticalPointsOptions } from './find-critical-points.ts'
import { functionObjective, type Objective } from './objective.ts'
import { norm } from './vectors.ts'

await tensorScope()

const methods = ['newton', 'gradient norm descent'] as const

/** L = (1 − w₁w₂)². */
function toy(): Objective {
  return functionObjective([tf.scalar(0), tf.scalar(0)], ([a, b]) => tf.sub(1, a.mul(b)).square())
}

/** L = (x² + y − 11)² + (x + y² − 7)² (Himmelblau 1972). */
function himmelblau(): Objective {
  return functionObjective([tf.scalar(0), tf.scalar(0)], ([x, y]) =>
    x.square().add(y).sub(11).square().add(y.square().add(x).sub(7).square()),
  )
}

/** Its nine critical points. */
const NINE = [
  [3, 2, 'minimum'],
  [-2.805118, 3.131313, 'minimum'],
  [-3.77931, -3.283186, 'minimum'],
  [3.584428, -1.848127, 'minimum'],
  [0.086678, 2.884255, 'saddle'],
  [3.385154, 0.073852, 'saddle'],
  [-3.073026, -0.081353, 'saddle'],
  [-0.127961, -1.953715, 'saddle'],
  [-0.270845, -0.923039, 'maximum'],
] as const

test('of the toy: the saddle at the origin, and degenerate minima on w₁w₂ = 1', async () => {
  const { points, seed } = await findCriticalPoints(toy(), { starts: 20, seed: 3 })
  expect([points.length, seed]).toEqual([20, 3])
  const kinds = points.map(({ ended, loss, parameters, point, index }) => {
    expect(ended).toBe('converged')
    const [w1 = NaN, w2 = NaN] = parameters
    if (loss > 0.5) {
      expect(Math.hypot(w1, w2)).toBeLessThan(1e-4)
      expect(loss).toBeCloseTo(1, 6)
      expect(point.kind).toBe('saddle')
      expect(index).toEqual({ least: 0.5, most: 0.5 })
    } else {
      expect(w1 * w2).toBeCloseTo(1, 4)
      expect(point.kind).toBe('degenerate')
      expect(index).toEqual({ least: 0, most: 0.5 })
    }
    return point.kind
  })
  expect(new Set(kinds)).toEqual(new Set(['saddle', 'degenerate']))
})

test.each(methods)('of Himmelblau’s function: all nine, and no other, by %s', async method => {
  const steps = method === 'newton' ? 100 : 1000
  const { points } = await findCriticalPoints(himmelblau(), { starts: 60, spread: 3, method, steps })
  const found = points.filter(({ ended }) => ended === 'converged')
  expect(found.length).toBeGreaterThan(30)
  const places = found.map(({ parameters: [x = NaN, y = NaN], point, index }) => {
    const place = NINE.findIndex(([a, b]) => Math.hypot(x - a, y - b) < 1e-3)
    expect(place, `(${x}, ${y})`).not.toBe(-1)
    expect(point.kind).toBe(NINE[place]?.[2])
    const negative = { minimum: 0, saddle: 0.5, maximum: 1 }[NINE[place]?.[2] ?? 'minimum']
    expect(index).toEqual({ least: negative, most: negative })
    return place
  })
  expect(new Set(places).size).toBe(9)
})

describe('of a network of two tanh units', () => {
  test('0 is critical: λ = ±2 twice, 2 of the bias, 0 twice', async () => {
    const { points, gradientScale } = await findCriticalPoints(tanhNetwork(), {
      starts: [new Float64Array(7)],
    })
    expect(gradientScale).toBe(0)
    const [found] = points
    expect(found).toMatchObject({ ended: 'converged', gradientNorm: 0, relativeGradientNorm: 0, steps: 0 })
    const expected = [2, 2, 2, 0, 0, -2, -2]
    found?.eigenvalues.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(expected[i] ?? NaN, 5)
    })
    expect(found?.eigenvalues).toHaveLength(7)
    expect(found?.point.kind).toBe('saddle')
    expect(found?.index).toEqual({ least: 2 / 7, most: 4 / 7 })
  })

  test('from random starts: what is called critical is, and what is not says so', async () => {
    const objective = tanhNetwork()
    const options = { starts: 8, spread: 0.5, steps: 60 }
    const { points, gradientScale, tolerance } = await findCriticalPoints(objective, options)
    for (const { parameters, gradientNorm, relativeGradientNorm, ended, point } of points) {
      const { gradient } = await atPoint(objective, parameters, there => evaluateGradient(there))
      expect(norm(gradient)).toBeCloseTo(gradientNorm, 7)
      expect(relativeGradientNorm).toBeCloseTo(gradientNorm / gradientScale, 12)
      expect(ended === 'converged').toBe(relativeGradientNorm <= tolerance)
      expect(point.kind === 'not critical').toBe(ended !== 'converged')
    }
    expect(points.filter(({ ended }) => ended === 'converged').length).toBeGreaterThan(3)
    expect(await findCriticalPoints(objective, options)).toMatchObject({ points })
  })
})

test('of a large network the outer eigenvalues bound the index', async () => {
  const { objective } = openFixture('mlp-tanh')
  const few = { starts: 1, spread: 0.1, steps: 2 }
  const [all] = (await findCriticalPoints(objective, few)).points
  const [outer] = (await findCriticalPoints(objective, { ...few, fullSpectrumUpTo: 10 })).points
  expect(outer?.eigenvalues).toHaveLength(10)
  expect(outer?.eigenvalues[0]?.value).toBeCloseTo(all?.eigenvalues[0]?.value ?? NaN, 3)
  expect(outer?.eigenvalues.at(-1)?.value).toBeCloseTo(all?.eigenvalues.at(-1)?.value ?? NaN, 3)
  expect(outer?.index.least).toBeLessThanOrEqual(all?.index.least ?? NaN)
  expect(outer?.index.most).toBeGreaterThanOrEqual(all?.index.most ?? NaN)
  expect(outer?.index.most).toBeLessThan(1)
  expect(outer?.products).toBeGreaterThan(0)
})

test.each(methods)('%s: without a critical point it stalls, and does not call the end one', async method => {
  const slope = functionObjective([tf.scalar(1)], ([x]) => x.mul(3))
  const flat = (await findCriticalPoints(slope, { starts: 1, method })).points[0]
  expect(flat).toMatchObject({ ended: 'stalled', steps: 0, gradients: 1, gradientNorm: 3 })
  expect(flat?.point.kind).toBe('not critical')
  // g = x² + 1 is smallest at 0, where H = 2x = 0: a gradient-flat point.
  const cubic = functionObjective([tf.scalar(1)], ([x]) => x.pow(3).div(3).add(x))
  const end = (await findCriticalPoints(cubic, { starts: 3, method })).points
  for (const { gradientNorm, ended, point } of end) {
    expect(gradientNorm).toBeGreaterThanOrEqual(1)
    expect(ended).not.toBe('converged')
    expect(point.kind).toBe('not critical')
  }
})

test('with too few steps, or with another scale, the verdict changes', async () => {
  const start = { starts: [Float64Array.of(1, 1)] }
  const early = (await findCriticalPoints(himmelblau(), { ...start, steps: 1 })).points[0]
  expect(early).toMatchObject({ ended: 'steps exhausted', steps: 1 })
  const lenient = await findCriticalPoints(himmelblau(), { ...start, steps: 1, gradientScale: 1e9 })
  expect(lenient.gradientScale).toBe(1e9)
  expect(lenient.points[0]?.ended).toBe('converged')
})

test.each(methods)('%s: a step that would raise ‖g‖ is shortened', async method => {
  // L = √(1 + x²): an undamped step goes from x to −x³.
  const huber = functionObjective([tf.scalar(0)], ([x]) => x.square().add(1).sqrt())
  const { points } = await findCriticalPoints(huber, { starts: [Float64Array.of(2)], method })
  expect(points[0]).toMatchObject({ ended: 'converged', index: { least: 0, most: 0 } })
  expect(points[0]?.parameters[0]).toBeCloseTo(0, 4)
})

test('a point within the tolerance is followed on as far as that is quick', async () => {
  const { points } = await findCriticalPoints(himmelblau(), { starts: 5, tolerance: 0.01 })
  for (const { ended, relativeGradientNorm } of points) {
    expect(ended).toBe('converged')
    expect(relativeGradientNorm).toBeLessThan(1e-6)
  }
  // Also where no further step is found.
  const slope = functionObjective([tf.scalar(1)], ([x]) => x.mul(3))
  const lenient = await findCriticalPoints(slope, { starts: 1, gradientScale: 1e9 })
  expect(lenient.points[0]?.ended).toBe('converged')
})

test('it tells of each start, and ends when it is aborted', async () => {
  const told: [number, number][] = []
  const controller = new AbortController()
  const onProgress = (done: number, total: number): void => {
    told.push([done, total])
    if (done === 2) controller.abort(new Error('enough'))
  }
  const search = findCriticalPoints(himmelblau(), { starts: 5, onProgress, signal: controller.signal })
  await expect(search).rejects.toThrow('enough')
  expect(told).toEqual([
    [1, 5],
    [2, 5],
  ])
})

test('what it refuses', async () => {
  const run = (options: FindCriticalPointsOptions): Promise<unknown> => findCriticalPoints(toy(), options)
  await expect(run({ starts: 0 })).rejects.toThrow('the number of starts is 0')
  await expect(run({ starts: [] })).rejects.toThrow('the number of starts is 0')
  await expect(run({ starts: [Float64Array.of(1)] })).rejects.toThrow('start 0 has 1 numbers; it must have 2')
  await expect(run({ starts: [Float64Array.of(1e30, 1e30)] })).rejects.toThrow('start 0 is not finite')
  await expect(run({ spread: 0 })).rejects.toThrow('spread is 0')
  await expect(run({ steps: -1 })).rejects.toThrow('steps is -1')
  await expect(run({ dimension: 0 })).rejects.toThrow('dimension is 0')
  await expect(run({ tolerance: 0 })).rejects.toThrow('tolerance is 0')
  await expect(run({ gradientScale: 0 })).rejects.toThrow('gradientScale is 0')
  await expect(run({ fullSpectrumUpTo: 0 })).rejects.toThrow('fullSpectrumUpTo is 0')
  await expect(run({ seed: -1 })).rejects.toThrow('seed is -1')
  await expect(run({ batchSize: 0 })).rejects.toThrow('batchSize is 0')
  await expect(run({ method: 'foo' as 'newton' })).rejects.toThrow(
    'method is foo; it must be newton or gradient norm descent',
  )
  await expect(findCriticalPoints(functionObjective([tf.scalar(NaN)], ([x]) => x.square()))).rejects.toThrow(
    'holds NaN',
  )
})
