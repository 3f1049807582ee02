import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { quadraticAt, toyAt } from '../test/saddles.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { functionObjective } from './objective.ts'
import { saddleFreeNewton } from './saddle-free-newton.ts'

await tensorScope()

describe('saddleFreeNewton', () => {
  test('leaves the toy’s saddle by minimumFall / 100, then doubles its distance, and ends on w₁w₂ = 1', async () => {
    const { losses, parameters, ended, seed } = await saddleFreeNewton(toyAt(0, 0), { steps: 40 })
    expect(losses[1]).toBeCloseTo(1 - 1e-4, 6)
    expect(losses[2]).toBeCloseTo(1 - 4e-4, 5)
    expect(losses.at(-1)).toBeLessThan(1e-8)
    expect((parameters[0] ?? NaN) * (parameters[1] ?? NaN)).toBeCloseTo(1, 4)
    expect([ended, seed]).toEqual(['no negative curvature', 0])
  })

  test.each([1e-4, 1e-5, 1e-6, 1e-8, 1e-12])('escapes by a fall of %s too', async minimumFall => {
    // Σ (xᵢ² − 1)², from 10 at its maximum down to 0.
    const wells = functionObjective([tf.zeros([10])], ([x]) => x.square().sub(1).square().sum())
    const { escaped, losses } = await saddleFreeNewton(wells, { minimumFall })
    expect(escaped).toBe(true)
    expect(losses.at(-1)).toBeLessThan(1)
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
  })
})
