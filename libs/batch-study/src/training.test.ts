import { crossEntropy, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawMoves, moved } from './augmentation.ts'
import { readParameters } from './parameter-values.ts'
import { startTraining, type Training } from './training.ts'
import { imagesAt, type TrialData, trialData } from './trial-data.ts'
import { checkTrial, type TrialInput } from './trial.ts'

const trial: TrialInput = {
  network: { kind: 'F1', width: 8 },
  data: { name: 'mnist', train: 512, heldOut: 100 },
  rule: { rule: 'sgd' },
  learningRate: 0,
  batchSize: 64,
  length: { updates: 1 },
  seed: 3,
}
const small: TrialInput = { ...trial, network: { kind: 'C1', width: 2 } }
const places = Int32Array.from({ length: 64 }, (_, i) => 2 * i)

let data: TrialData
beforeAll(async () => {
  await useBackend('native', { threads: 1 })
  data = await trialData(checkTrial(trial))
})
afterAll(() => {
  data.dispose()
})

function withTraining<T>(given: TrialInput, use: (training: Training) => T): T {
  const training = startTraining(checkTrial(given), data.train)
  try {
    return use(training)
  } finally {
    training.dispose()
  }
}

/** Some are traced, the others run as a graph. */
const lossesOf = (given: TrialInput, updates = 6): number[] =>
  withTraining(given, ({ update }) => Array.from({ length: updates }, () => update(places)))

describe('dropout', () => {
  test('drops others at each update, and the same in another run of the seed', () => {
    const losses = lossesOf(small)
    expect(new Set(losses).size).toBe(6)
    expect(lossesOf(small)).toEqual(losses)
    expect(lossesOf({ ...small, seed: 4 })).not.toEqual(losses)
  })

  test('nothing changes at rate 0 in a network without', () => {
    expect(new Set(lossesOf(trial)).size).toBe(1)
  })

  test('each micro-batch draws for itself', () => {
    // The same images in both halves: what differs is what is dropped.
    const twice = Int32Array.from([...places.subarray(0, 32), ...places.subarray(0, 32)])
    const parts: TrialInput = {
      ...small,
      network: { kind: 'C1', width: 2, ghostBatch: 32 },
      microBatch: 32,
      lastBatch: 'drop',
    }
    const both = withTraining(parts, ({ update }) => update(twice))
    const first = withTraining({ ...parts, batchSize: 32, microBatch: null }, ({ update }) =>
      update(twice.subarray(0, 32)),
    )
    expect(both).not.toBe(first)
  })
})

describe('augmentation', () => {
  test.each(['shift', 'shift and flip'] as const)(
    '%s: each update sees its images moved as drawn',
    augmentation => {
      const given = checkTrial({ ...trial, data: { ...trial.data, augmentation } })
      const movement = { height: 28, width: 28, shift: 2, flips: augmentation === 'shift and flip' }
      const training = startTraining(given, data.train)
      const losses = Array.from({ length: 6 }, () => training.update(places))
      const byHand = losses.map((_, update) =>
        tf.tidy(() => {
          const { x, labels } = imagesAt(data.train, tf.tensor1d(places, 'int32'))
          const moves = drawMoves(movement, { seed: 3, update, size: 64 })(0, 64)
          const logits = training.network.logits(training.parameters, moved(x, moves, 2))
          return crossEntropy(logits, tf.oneHot(labels, 10).toFloat()).dataSync()[0] ?? NaN
        }),
      )
      training.dispose()
      expect(new Set(losses).size).toBe(6)
      // Compiled, sums are the same to rounding.
      for (const [i, loss] of losses.entries())
        expect(Math.abs(loss / (byHand[i] ?? NaN) - 1)).toBeLessThan(1e-5)
    },
  )

  test('micro-batches see what the whole batch does', () => {
    const moving: TrialInput = {
      ...trial,
      network: { kind: 'mlp', hidden: [8] },
      data: { ...trial.data, augmentation: 'shift and flip' },
    }
    const [whole] = lossesOf(moving, 1)
    const [parts] = lossesOf({ ...moving, microBatch: 16 }, 1)
    // A mean of means, rounded otherwise.
    expect(Math.abs((whole ?? NaN) / (parts ?? NaN) - 1)).toBeLessThan(1e-6)
  })
})

describe('ghost batches', () => {
  const learning: TrialInput = { ...trial, learningRate: 0.5, lastBatch: 'drop' }
  const after = (given: TrialInput): Float32Array =>
    withTraining(given, ({ update, parameters }) => {
      for (let i = 0; i < 6; i++) update(places)
      return readParameters(parameters)
    })
  const apart = (a: Float32Array, b: Float32Array): number =>
    Math.hypot(...a.map((value, i) => value - (b[i] ?? NaN))) / Math.hypot(...a)

  test('micro-batches of the ghost batch make the update of the whole batch, which one without is not', () => {
    const ghost: TrialInput = { ...learning, network: { kind: 'F1', width: 8, ghostBatch: 16 } }
    const whole = after(ghost)
    // The sums of gradients are rounded in another order.
    expect(apart(whole, after({ ...ghost, microBatch: 16 }))).toBeLessThan(1e-5)
    expect(apart(whole, after(learning))).toBeGreaterThan(1e-2)
  })

  test('a ghost batch as large as the batch is the whole batch', () => {
    const same: TrialInput = { ...learning, network: { kind: 'F1', width: 8, ghostBatch: 64 } }
    expect(after(same)).toEqual(after(learning))
  })
})

test('a rule that takes a batch several times gets it so, and the loss is that before', () => {
  const sgd: TrialInput = { ...trial, learningRate: 0.1 }
  // So weak that its three steps are those of SGD.
  const conservative: TrialInput = {
    ...sgd,
    rule: { rule: 'conservative', strength: 1e-9, steps: 3, base: { rule: 'sgd' } },
  }
  const [three, first] = withTraining(sgd, ({ update, distance }) => {
    const losses = [update(places), update(places), update(places)]
    return [distance(), losses[0]] as const
  })
  withTraining(conservative, ({ update, distance }) => {
    expect(update(places)).toBe(first)
    expect(Math.abs(distance() / three - 1)).toBeLessThan(1e-5)
  })
})

test('updates of all kinds leave no tensor behind', () => {
  const everything: TrialInput = {
    ...small,
    network: { kind: 'C1', width: 2, ghostBatch: 32 },
    data: { ...trial.data, augmentation: 'shift and flip' },
    microBatch: 32,
    lastBatch: 'drop',
  }
  const before = tf.memory().numTensors
  withTraining(everything, ({ update }) => {
    update(places)
    const during = tf.memory().numTensors
    for (let i = 0; i < 5; i++) update(places)
    expect(tf.memory().numTensors).toBe(during)
  })
  expect(tf.memory().numTensors).toBe(before)
})
