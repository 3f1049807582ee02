/**
 * Ten thousand compiled steps of a tiny network, run as `node --expose-gc`: prints tensors and resident bytes after a
 * fifth of them and after all.
 */
import { initialParameters, mlp } from '@flatland/networks'
import { crossEntropy, dropout, randomStream, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { trainingStep } from '../src/index.ts'

await useBackend('native')
const network = mlp({ inputs: 8, hidden: [16], classes: 4 })
const parameters = initialParameters(network, randomStream(1))
const adam = tf.train.adam(0.001)
const step = trainingStep(adam, parameters, (at, x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor) =>
  crossEntropy(network.logits(at, dropout(x, 0.1, seed)), y),
)
// Two signatures, and another rate now and then, as in training.
const batches = [8, 5].map(
  size => [tf.ones([size, 8]), tf.oneHot(tf.zeros([size], 'int32'), 4).toFloat()] as const,
)
const STEPS = 10_000

function train(from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const [x, y] = batches[i % 10 === 9 ? 1 : 0] ?? []
    if (x === undefined || y === undefined) throw new Error('no batch')
    if (i % 100 === 0) (adam as unknown as { learningRate: number }).learningRate = 1e-3 / (1 + i)
    const seed = tf.tensor1d([1, i], 'int32')
    tf.dispose([step(x, y, seed), seed])
  }
}

function state(): { readonly tensors: number; readonly resident: number } {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  return { tensors: tf.memory().numTensors, resident: process.memoryUsage.rss() }
}

train(0, STEPS / 5)
const early = state()
train(STEPS / 5, STEPS)
console.log(JSON.stringify({ early, late: state(), iterations: adam.iterations }))
