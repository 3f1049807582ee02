import { mnist, pixels } from '@flatland/datasets'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTrial } from './trial.ts'
import { imagesAt, shuffled, trialData } from './trial-data.ts'

test('shuffled has every place once, the same by seed and name, others by others', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (size, seed) => {
      const order = shuffled(size, seed, 'a')
      expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i))
      expect(shuffled(size, seed, 'a')).toEqual(order)
    }),
    { seed: 3, numRuns: 50 },
  )
  expect(shuffled(100, 0, 'a')).not.toEqual(shuffled(100, 0, 'b'))
  expect(shuffled(100, 0, 'a')).not.toEqual(shuffled(100, 1, 'a'))
})

test('each of the six orders of three places is equally likely', () => {
  const draws = 6000
  const counts = new Map<string, number>()
  for (let i = 0; i < draws; i++) {
    const order = shuffled(3, 0, String(i)).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  // χ² with 5 degrees of freedom is below 15.1 in 99 of 100 cases.
  const expected = draws / 6
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  expect(counts.size).toBe(6)
  expect(chiSquared).toBeLessThan(15.1)
})

test('the images at some places are those of the data set, with their classes, and are given back', async () => {
  await useBackend('native', { threads: 1 })
  const before = tf.memory().numTensors
  const trial = checkTrial({
    network: { kind: 'mlp', hidden: [] },
    data: { name: 'mnist', train: 50, heldOut: 20 },
    rule: { rule: 'sgd' },
    learningRate: 0.1,
    batchSize: 1,
    length: { updates: 1 },
    seed: 0,
  })
  const data = await trialData(trial)
  expect([data.train.size, data.heldOut.size]).toEqual([50, 20])
  const { train } = await mnist()
  tf.tidy(() => {
    const { x, labels } = imagesAt(data.train, tf.tensor1d([7, 49], 'int32'))
    expect(x.shape).toEqual([2, 28, 28, 1])
    expect(x.dataSync()).toEqual(pixels(train, [7, 49]))
    expect([...labels.dataSync()]).toEqual([train.labels[7], train.labels[49]])
  })
  data.dispose()
  expect(tf.memory().numTensors).toBe(before)
})
