import { mnist, pixels } from '@flatland/datasets'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkTrial } from './trial.ts'
import { imagesAt, trialData } from './trial-data.ts'

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
