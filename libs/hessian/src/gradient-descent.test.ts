import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { quadraticAt, toyAt } from '../test/saddles.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { gradientDescent } from './gradient-descent.ts'
import { functionObjective } from './objective.ts'

await tensorScope()

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
