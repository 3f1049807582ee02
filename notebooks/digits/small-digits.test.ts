import { evaluateLoss } from '@flatland/hessian'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { digitLoss, trainDigits } from './small-digits.ts'

await useBackend('native')

test('training lowers the loss, which is that of the parameters it reports, and leaves no tensors', async () => {
  const sizes = { examples: 50, hidden: 2 }
  const train = await trainDigits(sizes)
  const before = tf.memory().numTensors
  const snapshots = train({ seed: 1, steps: [0, 5, 50] })
  expect(tf.memory().numTensors).toBe(before)
  expect(snapshots.map(({ seed, step }) => [seed, step])).toEqual([
    [1, 0],
    [1, 5],
    [1, 50],
  ])
  const losses = snapshots.map(({ loss }) => loss)
  expect(losses).toEqual([...losses].sort((a, b) => b - a))
  expect(train({ seed: 1, steps: [50] })[0]).toEqual(snapshots[2])

  const objective = await digitLoss(sizes)
  for (const { parameters, loss } of snapshots) {
    expect(parameters).toHaveLength(111 * 2 + 10)
    let from = 0
    const there = objective.parameters.map(({ shape, size }) =>
      tf.tensor(Float32Array.from(parameters.slice(from, (from += size))), shape),
    )
    expect(await evaluateLoss({ ...objective, parameters: there })).toBeCloseTo(loss, 5)
  }
})

test('the images are means of 2×2 pixels, from 0 to 1', async () => {
  const { examples } = await digitLoss({ examples: 20, hidden: 1 })
  const { inputs } = examples.slice(0, 20)
  expect(inputs.shape).toEqual([20, 100])
  const values = inputs.dataSync()
  expect(Math.min(...values)).toBe(0)
  expect(Math.max(...values)).toBeGreaterThan(0.9)
  expect(Math.max(...values)).toBeLessThanOrEqual(1)
})
