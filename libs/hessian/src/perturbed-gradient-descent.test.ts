import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { quadraticAt, toyAt } from '../test/saddles.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import type { Escape } from './escape.ts'
import { gradientDescent } from './gradient-descent.ts'
import { functionObjective } from './objective.ts'
import { perturbedGradientDescent } from './perturbed-gradient-descent.ts'

await tensorScope()

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

  test('by default its radius is η times the gradient that counts as small, √(minimumFall / 100η)', async () => {
    const lengths: number[] = []
    for (let seed = 0; seed < 20; seed++) {
      const run = await perturbedGradientDescent(toyAt(0, 0), { learningRate: 0.25, steps: 1, seed })
      lengths.push(Math.hypot(...run.parameters))
    }
    const radius = 0.25 * Math.sqrt(0.01 / 25)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(radius)
    expect(Math.max(...lengths)).toBeGreaterThan(0.9 * radius)
    const given = { learningRate: 0.25, gradientThreshold: 40, steps: 1 }
    const wide = await perturbedGradientDescent(toyAt(0, 0), given)
    expect(Math.hypot(...wide.parameters)).toBeGreaterThan(1)
    expect(Math.hypot(...wide.parameters)).toBeLessThanOrEqual(10)
  })

  test('by default it perturbs where a hundred steps would not make an escape', async () => {
    // L ≈ 5, so ‖∇L‖ = y is small up to √(0.05 / 10) = 0.0707.
    const stepFrom = async (y: number): Promise<number> => {
      const options = { learningRate: 0.1, steps: 1 }
      const { parameters } = await perturbedGradientDescent(quadraticAt(0, y), options)
      return parameters[0] ?? NaN
    }
    expect(await stepFrom(0.0705)).not.toBe(0)
    expect(Math.abs(await stepFrom(0.0709))).toBe(0)
  })

  test('it waits between perturbations, and leaves a steep slope alone', async () => {
    const flat = functionObjective([tf.scalar(1)], ([w]) => w.square().mul(1e-9))
    const { losses } = await perturbedGradientDescent(flat, {
      learningRate: 1e-3,
      steps: 7,
      wait: 3,
      radius: 0.01,
    })
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
