import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { cubic, networkAtZero, quadraticAt, toyAt } from '../test/saddles.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { escapeAlongNegativeCurvature } from './escape-along-negative-curvature.ts'
import { functionObjective } from './objective.ts'

await tensorScope()

describe('escapeAlongNegativeCurvature', () => {
  test('at the toy’s saddle: 1.6 along (1, 1)/√2, predicted −2.56, measured −0.9216', async () => {
    const { parameters, moves, losses, ended } = await escapeAlongNegativeCurvature(toyAt(0, 0))
    const [w1 = NaN, w2 = NaN] = parameters
    expect(Math.abs(w1)).toBeCloseTo(1.6 * Math.SQRT1_2, 3)
    expect(w1 * w2).toBeCloseTo(1.28, 5)
    expect(losses[1]).toBeCloseTo(0.0784, 5)
    expect(ended).toBe('all steps taken')
    const [move] = moves
    expect(move?.eigenvalue).toBeCloseTo(-2, 5)
    expect(move?.length).toBeCloseTo(1.6, 5)
    expect(move?.predictedChange).toBeCloseTo(-2.56, 5)
    expect(move?.measuredChange).toBeCloseTo(-0.9216, 5)
  })

  test('its first length promises minimumFall, ½|λ|t² = 1/100: t = 0.1, doubled to 3.2 to each side', async () => {
    const result = await escapeAlongNegativeCurvature(toyAt(0, 0))
    expect(result).toMatchObject({ products: 3, gradients: 1, evaluations: 12 })
    const half = await escapeAlongNegativeCurvature(toyAt(0, 0), { minimumFall: 0.5 })
    expect(half.moves[0]?.length).toBeCloseTo(Math.SQRT2, 5)
  })

  test('it counts its work: two steps of Lanczos and a residual, two lengths to each side', async () => {
    const result = await escapeAlongNegativeCurvature(toyAt(0, 0), { firstLength: 1 })
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
    const { parameters } = await escapeAlongNegativeCurvature(cubic(), { firstLength: 0.5 })
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
