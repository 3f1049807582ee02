import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import type { Escape, EscapeOptions } from './escape.ts'
import { gradientDescent } from './gradient-descent.ts'
import { functionObjective, type Objective } from './objective.ts'
import { perturbedGradientDescent } from './perturbed-gradient-descent.ts'
import { saddleFreeNewton } from './saddle-free-newton.ts'

await tensorScope()

/** L = (1 − w₁w₂)²: a saddle of eigenvalues ±2 at the origin, left along ±(1, 1)/√2. */
function toyAt(w1: number, w2: number): Objective {
  return functionObjective([tf.scalar(w1), tf.scalar(w2)], ([a, b]) => tf.sub(1, a.mul(b)).square())
}

/** L = 5 + 2x² − ½y². */
function quadraticAt(x: number, y: number): Objective {
  return functionObjective([tf.tensor1d([x, y])], ([w]) =>
    w
      .square()
      .mul(tf.tensor1d([2, -0.5]))
      .sum()
      .add(5),
  )
}

/** Two tanh units without biases, f(x) = Σⱼ vⱼ tanh(wⱼx), at θ = 0: a saddle of λ = ±2, each twice. */
function networkAtZero(): Objective {
  return functionObjective([tf.zeros([1, 2]), tf.zeros([2, 1])], ([w, v]) => {
    const [x, y] = [tf.tensor2d([-2, -1, 1, 2], [4, 1]), tf.tensor2d([-1, -0.5, 0.5, 1], [4, 1])]
    return tf
      .matMul(tf.tanh(tf.matMul(x, w)), v)
      .sub(y)
      .square()
      .mean()
  })
}

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

describe('gradientDescent', () => {
  test('stands still at the exact saddle', async () => {
    const result = await gradientDescent(toyAt(0, 0), { learningRate: 0.1, steps: 7 })
    expect([...result.parameters].map(Math.abs)).toEqual([0, 0])
    expect(result.losses).toEqual(Array<number>(8).fill(1))
    expect(result).toMatchObject({ products: 0, gradients: 7, evaluations: 1, ended: 'all steps taken' })
  })

  test('on a quadratic each coordinate is a geometric series', async () => {
    const { parameters } = await gradientDescent(quadraticAt(1, 0.001), { learningRate: 0.1, steps: 10 })
    expect(parameters[0]).toBeCloseTo(0.6 ** 10, 6)
    expect(parameters[1]).toBeCloseTo(0.001 * 1.1 ** 10, 8)
  })

  test('that diverges ends at the last finite loss', async () => {
    const quartic = functionObjective([tf.scalar(10)], ([w]) => w.square().square())
    const result = await gradientDescent(quartic, { learningRate: 1, steps: 50 })
    expect(result.ended).toBe('diverged')
    expect(result.steps).toBeLessThan(10)
    expect(result.losses.every(Number.isFinite)).toBe(true)
    await expect(gradientDescent(quartic, { learningRate: 0 })).rejects.toThrow('learningRate is 0')
  })
})

describe('perturbedGradientDescent', () => {
  test('its first step is a perturbation within the ball, fixed by the seed', async () => {
    const run = (seed: number): Promise<Escape> =>
      perturbedGradientDescent(toyAt(0, 0), { learningRate: 0.1, steps: 1, radius: 0.5, seed })
    const [one, again, other] = [await run(1), await run(1), await run(2)]
    expect(Math.hypot(...one.parameters)).toBeGreaterThan(0)
    expect(Math.hypot(...one.parameters)).toBeLessThanOrEqual(0.5)
    expect(again).toEqual(one)
    expect(other.parameters).not.toEqual(one.parameters)
    expect([one.seed, other.seed]).toEqual([1, 2])
  })

  test('the perturbations fill the ball evenly: E‖ξ‖² = r² n / (n + 2)', async () => {
    const squares: number[] = []
    for (let seed = 0; seed < 200; seed++) {
      const { parameters } = await perturbedGradientDescent(toyAt(0, 0), {
        learningRate: 0.1,
        steps: 1,
        radius: 1,
        seed,
      })
      squares.push(parameters.reduce((sum, value) => sum + value ** 2, 0))
    }
    expect(Math.max(...squares)).toBeGreaterThan(0.9)
    // ‖ξ‖² of a disc is uniform from 0 to 1: three standard errors of the mean of 200.
    const mean = squares.reduce((a, b) => a + b) / 200
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(1 / 12 / 200))
  })

  test('it waits between perturbations, and leaves a steep slope alone', async () => {
    const flat = functionObjective([tf.scalar(1)], ([w]) => w.square().mul(1e-9))
    const { losses } = await perturbedGradientDescent(flat, { learningRate: 1e-3, steps: 7, wait: 3 })
    const jumps = losses.slice(1).map((loss, i) => Math.abs(loss - (losses[i] ?? NaN)) > 1e-13)
    expect(jumps).toEqual([true, false, false, true, false, false, true])
    const options = { learningRate: 0.1, steps: 3 }
    const plain = await gradientDescent(toyAt(1, 0.5), options)
    expect((await perturbedGradientDescent(toyAt(1, 0.5), options)).losses).toEqual(plain.losses)
  })

  test('what it refuses', async () => {
    const run = (options: object): Promise<unknown> =>
      perturbedGradientDescent(toyAt(0, 0), { learningRate: 0.1, ...options })
    await expect(run({ learningRate: -1 })).rejects.toThrow('learningRate is -1')
    await expect(run({ gradientThreshold: 0 })).rejects.toThrow('gradientThreshold is 0')
    await expect(run({ radius: 0 })).rejects.toThrow('radius is 0')
    await expect(run({ wait: 0 })).rejects.toThrow('wait is 0')
    await expect(run({ seed: -1 })).rejects.toThrow('seed is -1')
  })
})

describe('escapeAlongNegativeCurvature', () => {
  test('at the toy’s saddle: one unit along (1, 1)/√2, predicted −1, measured −¾', async () => {
    const { parameters, moves, losses, ended } = await escapeAlongNegativeCurvature(toyAt(0, 0))
    const [w1 = NaN, w2 = NaN] = parameters
    expect(Math.abs(w1)).toBeCloseTo(Math.SQRT1_2, 3)
    expect(w1 * w2).toBeCloseTo(0.5, 5)
    expect(losses[1]).toBeCloseTo(0.25, 5)
    expect(ended).toBe('all steps taken')
    const [move] = moves
    expect(move?.eigenvalue).toBeCloseTo(-2, 5)
    expect(move?.length).toBe(1)
    expect(move?.predictedChange).toBeCloseTo(-1, 5)
    expect(move?.measuredChange).toBeCloseTo(-0.75, 5)
  })

  test('it counts its work: two steps of Lanczos and a residual, two lengths to each side', async () => {
    const result = await escapeAlongNegativeCurvature(toyAt(0, 0))
    expect(result).toMatchObject({ products: 3, gradients: 1, evaluations: 4 })
  })

  test('it goes on from where it came to, until no negative curvature is left', async () => {
    const { moves, steps, losses, ended, gradients } = await escapeAlongNegativeCurvature(networkAtZero(), {
      steps: 30,
    })
    expect(ended).toBe('no negative curvature')
    expect(steps).toBeGreaterThan(0)
    expect([moves.length, losses.length, gradients]).toEqual([steps, steps + 1, steps + 1])
    moves.forEach(({ eigenvalue, measuredChange }, i) => {
      expect(eigenvalue).toBeLessThan(0)
      expect(measuredChange).toBeLessThan(0)
      expect((losses[i + 1] ?? NaN) - (losses[i] ?? NaN)).toBeCloseTo(measuredChange, 12)
    })
  })

  test('on a quadratic the prediction is right, also beside the saddle, and the loss falls without end', async () => {
    const { moves, parameters } = await escapeAlongNegativeCurvature(quadraticAt(0, 0.5), {
      firstLength: 0.001,
    })
    const [move] = moves
    expect(move?.length).toBeGreaterThan(500)
    expect((move?.predictedChange ?? NaN) / (move?.measuredChange ?? NaN)).toBeCloseTo(1, 4)
    // To the side on which the slope helps.
    expect(parameters[1]).toBeGreaterThan(500)
  })

  test('a first length that is too long is halved', async () => {
    const { moves } = await escapeAlongNegativeCurvature(toyAt(0, 0), { firstLength: 64 })
    // (1 − t²/2)² ≤ 1 − 0.1 t² holds from t² = 3.6 down.
    expect(moves[0]?.length).toBe(1)
  })

  test('a doubled length at which the loss is higher again is not taken', async () => {
    // At t² = 3.4 the loss 0.49 is still below 1 − 0.34, at half the length it is 0.33.
    const { moves } = await escapeAlongNegativeCurvature(toyAt(0, 0), { firstLength: Math.sqrt(3.4) / 2 })
    expect(moves[0]?.length).toBe(Math.sqrt(3.4) / 2)
  })

  test('of two sides it takes the lower one', async () => {
    // x³ − x²: at 0 it falls to the right down to −4/27 only, to the left without end.
    const cubic = functionObjective([tf.scalar(0)], ([x]) => x.pow(3).sub(x.square()))
    const { parameters } = await escapeAlongNegativeCurvature(cubic, { firstLength: 0.5 })
    expect(parameters[0]).toBeLessThan(-0.5)
  })

  test('it ends at a minimum, and where curvature promises what is not there', async () => {
    const bowl = functionObjective([tf.scalar(0)], ([x]) => x.square())
    const atMinimum = await escapeAlongNegativeCurvature(bowl)
    expect(atMinimum).toMatchObject({ ended: 'no negative curvature', steps: 0, escaped: false })
    // x⁴ − 10⁻⁶x² + 1 falls by 10⁻¹² at most, less than rounding.
    const flat = functionObjective([tf.scalar(0)], ([x]) =>
      x.square().square().sub(x.square().mul(1e-6)).add(1),
    )
    const nowhere = await escapeAlongNegativeCurvature(flat)
    expect(nowhere).toMatchObject({ ended: 'no descent', steps: 0, moves: [] })
    await expect(escapeAlongNegativeCurvature(bowl, { firstLength: 0 })).rejects.toThrow('firstLength is 0')
  })
})

describe('saddleFreeNewton', () => {
  test('leaves the toy’s saddle by a perturbation, then doubles its distance, and ends on w₁w₂ = 1', async () => {
    const { losses, parameters, ended, seed } = await saddleFreeNewton(toyAt(0, 0), { steps: 40 })
    expect(losses[1]).toBeCloseTo(1, 3)
    expect(losses.at(-1)).toBeLessThan(1e-8)
    expect((parameters[0] ?? NaN) * (parameters[1] ?? NaN)).toBeCloseTo(1, 4)
    expect([ended, seed]).toEqual(['no negative curvature', 0])
  })

  test('it counts its work', async () => {
    const perturbed = await saddleFreeNewton(toyAt(0, 0), { steps: 1 })
    expect(perturbed).toMatchObject({ products: 2, gradients: 2, evaluations: 0 })
    const stepped = await saddleFreeNewton(toyAt(0.1, 0), { steps: 1 })
    expect(stepped).toMatchObject({ products: 2, gradients: 2, evaluations: 1 })
    const short = await saddleFreeNewton(toyAt(0.1, 0), { steps: 1, dimension: 1 })
    expect(short.products).toBe(1)
  })

  test('its step on a quadratic is −|H|⁻¹g: to 0 along the valley, twice as far along the ridge', async () => {
    const { parameters } = await saddleFreeNewton(quadraticAt(1, 0.25), { steps: 1, damping: 1e-9 })
    expect(parameters[0]).toBeCloseTo(0, 5)
    expect(parameters[1]).toBeCloseTo(0.5, 5)
  })

  test('where the gradient has no part along the way out, it comes to the saddle first', async () => {
    const { losses, escaped } = await saddleFreeNewton(quadraticAt(1, 0), { steps: 12, damping: 1e-6 })
    expect(losses[1]).toBeCloseTo(5, 5)
    expect(escaped).toBe(true)
  })

  test('a step that is too long is halved: the loss never rises', async () => {
    // |L″| is small near the inflection of cos at π/2.
    const wave = functionObjective([tf.scalar(Math.PI / 2 - 0.01)], ([x]) => tf.cos(x))
    const { losses } = await saddleFreeNewton(wave)
    losses.slice(1).forEach((loss, i) => {
      expect(loss).toBeLessThanOrEqual(losses[i] ?? NaN)
    })
    expect(losses.at(-1)).toBeCloseTo(-1, 5)
  })

  test('without any curvature it is a step along the negative gradient', async () => {
    const plane = functionObjective([tf.tensor1d([1, 1])], ([w]) => w.mul(tf.tensor1d([3, -4])).sum())
    const { parameters } = await saddleFreeNewton(plane, { steps: 1 })
    expect([...parameters]).toEqual([-2, 5])
  })

  test('what it refuses', async () => {
    const run = (options: object): Promise<unknown> => saddleFreeNewton(toyAt(0, 0), options)
    await expect(run({ dimension: 0 })).rejects.toThrow('dimension is 0')
    await expect(run({ damping: 0 })).rejects.toThrow('damping is 0')
    await expect(run({ perturbation: -1 })).rejects.toThrow('perturbation is -1')
  })
})
