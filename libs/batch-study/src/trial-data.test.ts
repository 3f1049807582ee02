import { mnist, pixels } from '@flatland/datasets'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { checkTrial } from './trial.ts'
import { checkSplit, imagesAt, trialData } from './trial-data.ts'

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

const features = (size: number, channels: number, classes: number) => ({
  images: new Float32Array(size * channels),
  labels: new Uint16Array(size),
  size,
  shape: [1, 1, channels] as const,
  classes: Array.from({ length: classes }, String),
  mean: [0],
  std: [1],
})

test('a data set that is smaller here than the trial wants, or another, is refused by name', () => {
  const wanted = { name: 'timit', train: 700, heldOut: 20, augmentation: 'none' } as const
  expect(() => {
    checkSplit(wanted, 'train', features(700, 360, 1973))
  }).not.toThrow()
  expect(() => {
    checkSplit(wanted, 'train', features(699, 360, 1973))
  }).toThrow('data.train is 700; timit as it is here has 699, so give at most that')
  expect(() => {
    checkSplit(wanted, 'heldOut', features(19, 360, 1973))
  }).toThrow('data.heldOut is 20; timit as it is here has 19, so give at most that')
  for (const [channels, classes] of [
    [359, 1973],
    [360, 1972],
  ] as const) {
    expect(() => {
      checkSplit(wanted, 'heldOut', features(20, channels, classes))
    }).toThrow(
      `timit as it is here has examples of [1,1,${channels}] in ${classes} classes; they must be of [1,1,360] in 1973`,
    )
  }
})
