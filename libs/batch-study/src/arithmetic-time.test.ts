import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { arithmeticTime, measureFlopsPerSecond } from './arithmetic-time.ts'
import type { UpdateTimeStudy } from './update-time-study.ts'

const study: UpdateTimeStudy = {
  backend: 'native',
  mode: 'compiled',
  threads: 1,
  hidden: [100],
  batchSizes: [1],
  repetitions: 1,
  secondsPerSize: 1,
  seed: 0,
}

describe('the time that arithmetic needs', () => {
  test('MLP 784–100–10: five products, those of the first layer twice and of the second three times', () => {
    const operations = 2 * 64 * (2 * 784 * 100 + 3 * 100 * 10)
    expect(arithmeticTime({ study, flopsPerSecond: 1e6 }, 64)).toBeCloseTo(operations / 1000, 9)
  })

  test('without hidden layers: forward, and backward for the weights', () => {
    const linear = { ...study, hidden: [] }
    expect(arithmeticTime({ study: linear, flopsPerSecond: 1e3 }, 1)).toBeCloseTo(2 * 2 * 784 * 10, 9)
  })

  test('is unknown where no speed was measured', () => {
    expect(arithmeticTime({ study, flopsPerSecond: null }, 64)).toBeUndefined()
  })

  test('the speed is measured without leaving tensors behind', async () => {
    await useBackend('native')
    const before = tf.memory().numTensors
    expect(measureFlopsPerSecond('native')).toBeGreaterThan(0)
    expect(tf.memory().numTensors).toBe(before)
  })
})
