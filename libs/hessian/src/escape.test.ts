import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { cubic, networkAtZero, toyAt } from '../test/saddles.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import type { Escape, EscapeOptions, EscapeStep } from './escape.ts'
import { gradientDescent } from './gradient-descent.ts'
import { functionObjective, type Objective } from './objective.ts'
import { perturbedGradientDescent } from './perturbed-gradient-descent.ts'
import { saddleFreeNewton } from './saddle-free-newton.ts'

await tensorScope()

const escapes: readonly (readonly [
  string,
  (objective: Objective, options?: EscapeOptions) => Promise<Escape>,
])[] = [
  ['escapeAlongNegativeCurvature', escapeAlongNegativeCurvature],
  ['saddleFreeNewton', saddleFreeNewton],
  [
    'perturbedGradientDescent',
    (o, options) => perturbedGradientDescent(o, { learningRate: 0.1, ...options }),
  ],
  ['gradientDescent', (o, options) => gradientDescent(o, { learningRate: 0.1, ...options })],
]

describe.each(escapes)('%s', (name, escape) => {
  test('at the exact saddle of the toy', async () => {
    const objective = toyAt(0, 0)
    const result = await escape(objective)
    expect(result.escaped).toBe(name !== 'gradientDescent')
    expect(result.minimumFall).toBe(0.01)
    expect(result.losses).toHaveLength(result.steps + 1)
    expect(result.losses[0]).toBe(1)
    const [w1 = NaN, w2 = NaN] = result.parameters
    expect((1 - w1 * w2) ** 2).toBeCloseTo(result.losses.at(-1) ?? NaN, 5)
    expect(objective.parameters.map(each => each.dataSync()[0])).toEqual([0, 0])
    expect(Object.isFrozen(result)).toBe(true)
  })

  test('at the exact saddle of a small network', async () => {
    const { escaped, losses } = await escape(networkAtZero())
    expect(losses[0]).toBeCloseTo(0.625, 6)
    expect(escaped).toBe(name !== 'gradientDescent')
  })

  test('whether it escaped is a matter of the stated fall', async () => {
    expect((await escape(toyAt(0, 0), { minimumFall: 1.5 })).escaped).toBe(false)
    await expect(escape(toyAt(0, 0), { minimumFall: 0 })).rejects.toThrow('minimumFall is 0')
  })

  test('lengths that are not given fit any scale of L and of θ', async () => {
    const reference = await escape(toyAt(0, 0))
    const [scale, unit] = [2 ** 20, 2 ** -10]
    // L′(θ′) = scale · L(θ′ / unit), with a learning rate in its own units.
    const scaled = functionObjective([tf.scalar(0), tf.scalar(0)], ([a, b]) =>
      tf
        .sub(1, a.div(unit).mul(b.div(unit)))
        .square()
        .mul(scale),
    )
    const learningRate = (0.1 * unit ** 2) / scale
    const result = await escape(scaled, { learningRate } as EscapeOptions)
    expect(result.steps).toBe(reference.steps)
    expect(result.escaped).toBe(reference.escaped)
    result.losses.forEach((loss, i) => {
      expect(loss / scale).toBeCloseTo(reference.losses[i] ?? NaN, 4)
    })
  })

  test('it tells of the start and of each step, with what was spent until then', async () => {
    const told: EscapeStep[] = []
    const result = await escape(toyAt(0, 0), { onStep: step => told.push(step) })
    expect(told.map(({ loss }) => loss)).toEqual(result.losses)
    expect(told.map(({ step }) => step)).toEqual(result.losses.map((_, i) => i))
    expect([...(told[0]?.parameters ?? [])]).toEqual([0, 0])
    expect(told.at(-1)?.parameters).toEqual(result.parameters)
    for (const count of ['products', 'gradients', 'evaluations'] as const) {
      const counts = [...told.map(step => step[count]), result[count]]
      expect(counts).toEqual([...counts].sort((a, b) => a - b))
    }
    const { products = NaN, gradients = NaN, evaluations = NaN } = told[1] ?? {}
    expect(products + gradients + evaluations).toBeGreaterThan(told[0]?.gradients ?? NaN)
  })

  test('in micro-batches it goes the same way', async () => {
    const { objective } = openFixture('mlp-tanh')
    const whole = await escape(objective)
    const parts = await escape(objective, { batchSize: 2 })
    expect(parts.steps).toBe(whole.steps)
    expect(parts.losses.at(-1)).toBeCloseTo(whole.losses.at(-1) ?? NaN, 3)
  })

  test('it tells its progress, ends when it is aborted, and refuses what cannot be differentiated', async () => {
    const told: number[] = []
    const { steps } = await escape(toyAt(0, 0), { onProgress: done => told.push(done) })
    expect(told).toEqual(Array.from({ length: steps }, (_, i) => i + 1))
    const reason = new Error('enough')
    await expect(escape(toyAt(0, 0), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(escape(toyAt(NaN, 0))).rejects.toThrow('holds NaN')
    await expect(escape(toyAt(0, 0), { steps: 0 } as EscapeOptions)).rejects.toThrow('steps is 0')
  })
})

describe('a loss of 0 at the start gives no scale', () => {
  test.each(escapes.filter(([name]) => name !== 'gradientDescent'))('%s', async (_, escape) => {
    await expect(escape(cubic())).rejects.toThrow('give minimumFall')
    expect((await escape(cubic(), { minimumFall: 1e-4 })).steps).toBeGreaterThan(0)
  })

  test('also where the saddle is reached later, at another loss', async () => {
    // 2x² − ½y² − 2 from (1, 0): along the valley to the saddle at −2.
    const valley = functionObjective([tf.tensor1d([1, 0])], ([w]) =>
      w
        .square()
        .mul(tf.tensor1d([2, -0.5]))
        .sum()
        .sub(2),
    )
    await expect(saddleFreeNewton(valley, { damping: 1e-6 })).rejects.toThrow('give minimumFall')
  })

  test('without one gradient descent calls nothing an escape, with one it does', async () => {
    const beside = functionObjective([tf.scalar(1)], ([x]) => x.square().mul(-1).add(1))
    const descent = (options: EscapeOptions): Promise<Escape> =>
      gradientDescent(beside, { learningRate: 0.1, steps: 5, ...options })
    const { losses, escaped } = await descent({})
    expect(losses[0]).toBe(0)
    expect(losses.at(-1)).toBeLessThan(-1)
    expect(escaped).toBe(false)
    expect((await descent({ minimumFall: 1 })).escaped).toBe(true)
  })

  test('of which a minimum has no need', async () => {
    const bowl = functionObjective([tf.scalar(0)], ([x]) => x.square())
    expect((await saddleFreeNewton(bowl)).ended).toBe('no negative curvature')
    expect((await gradientDescent(bowl, { learningRate: 0.1 })).minimumFall).toBe(0)
  })
})
