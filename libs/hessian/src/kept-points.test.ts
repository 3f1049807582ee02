import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFixture } from '../test/fixture-networks.ts'
import { builtHere } from '../test/native.ts'
import { type At, compiledOf } from './compiled-objective.ts'
import { gaussNewton } from './gauss-newton.ts'
import { hessian } from './hessian-operator.ts'
import { type KeptPoints, keptPoints } from './kept-points.ts'
import { lanczos } from './lanczos.ts'
import { openOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Examples } from './objective.ts'
import { quadraticModel } from './quadratic-model.ts'

let opened: ReturnType<typeof openFixture>
let tensors = 0
beforeEach(async () => {
  await useBackend('native')
  tensors = tf.memory().numTensors
  opened = openFixture('mlp-tanh')
})
afterEach(() => {
  tf.dispose([...opened.objective.parameters, opened.inputs])
  expect(tf.memory().numTensors).toBe(tensors)
})

const ones = (size: number): Float64Array => new Float64Array(size).fill(1)

describe.runIf(builtHere)('natively', () => {
  /** Takes a product at each of three micro-batches, often enough that all is kept that may be. */
  function keeping(bytes: number): {
    points: KeptPoints<readonly tf.Tensor[], tf.Tensor[]>
    pass: () => number[]
  } {
    const { objective } = opened
    const { parameters, examples } = objective
    const points = keptPoints(compiledOf(objective).product, bytes)
    const pass = (): number[] => {
      const made: number[] = []
      tf.tidy(() => {
        for (const start of [0, 3, 6]) {
          const point = (): At => {
            made.push(start)
            const { inputs, targets } = examples.slice(start, start + 3)
            return [parameters, inputs, targets]
          }
          points.apply(start, point, parameters)
        }
      })
      return made
    }
    for (let i = 0; i < 5; i++) pass()
    return { points, pass }
  }

  test('first passes are kept, with their micro-batches', () => {
    const before = tf.memory().numTensors
    const { points, pass } = keeping(Infinity)
    expect(pass()).toEqual([])
    points.dispose()
    expect(tf.memory().numTensors).toBe(before)
    // As a product that was still under way when it was closed.
    expect(pass()).toEqual([0, 3, 6])
    expect(tf.memory().numTensors).toBe(before)
  })

  test('as many as fit', () => {
    const whole = keeping(Infinity)
    const before = tf.memory().numBytes
    whole.points.dispose()
    const each = (before - tf.memory().numBytes) / 3
    const { points, pass } = keeping(2.5 * each)
    expect(pass()).toHaveLength(1)
    points.dispose()
    const none = keeping(0.9 * each)
    expect(none.pass()).toEqual([0, 3, 6])
    none.points.dispose()
  })

  const operators = {
    hessian: (options: BatchOptions, examples: Examples) =>
      Promise.resolve(hessian({ ...opened.objective, examples }, options)),
    gaussNewton: (options: BatchOptions, examples: Examples) =>
      Promise.resolve(gaussNewton({ ...opened.objective, examples }, options)),
    'quadraticModel, hessian': async (options: BatchOptions, examples: Examples) =>
      (await quadraticModel({ ...opened.objective, examples }, options)).hessian,
  }

  describe.each(Object.entries(operators))('%s leaves no tensors', (_, make) => {
    const batchSize = 4

    test('after an algorithm', async () => {
      const operator = await make({ batchSize }, opened.objective.examples)
      const before = tf.memory().numTensors
      await lanczos(operator, ones(operator.size), { steps: 8 })
      expect(tf.memory().numTensors).toBe(before)
    })

    test('after an algorithm that a signal ends in the middle of a product', async () => {
      const controller = new AbortController()
      let done = 0
      const onProgress = (): void => {
        // Three micro-batches a product: in the seventh all is kept.
        if (++done === 20) controller.abort(new Error('enough'))
      }
      const { signal } = controller
      const { examples } = opened.objective
      const operator = await make({ batchSize, signal, onProgress }, examples)
      done = 0
      const before = tf.memory().numTensors
      await expect(lanczos(operator, ones(operator.size), { steps: 12 })).rejects.toThrow('enough')
      expect(tf.memory().numTensors).toBe(before)
    })

    test('after a product that throws', async () => {
      const operator = await make({ batchSize }, opened.objective.examples)
      const before = tf.memory().numTensors
      const { apply, close } = openOperator(operator)
      for (let i = 0; i < 7; i++) await apply(ones(operator.size))
      expect(tf.memory().numTensors).toBeGreaterThan(before)
      await expect(Promise.resolve(apply(ones(2)))).rejects.toThrow('v has 2 numbers')
      close()
      expect(tf.memory().numTensors).toBe(before)
    })

    test('nor where the data fail', async () => {
      const { size, slice } = opened.objective.examples
      let isBroken = false
      const failing: Examples = {
        size,
        slice: (start, end) => {
          if (isBroken && start === 8) throw new Error('unreadable')
          return slice(start, end)
        },
      }
      const operator = await make({ batchSize }, failing)
      const before = tf.memory().numTensors
      const onProgress = (count: number): void => {
        isBroken = count === 1
      }
      await expect(lanczos(operator, ones(operator.size), { steps: 8, onProgress })).rejects.toThrow(
        'unreadable',
      )
      expect(tf.memory().numTensors).toBe(before)
    })
  })
})
