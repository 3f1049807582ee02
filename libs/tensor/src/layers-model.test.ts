import { nn, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  float64,
  hessianVectorProduct,
  oracleHessianVectorProduct,
  relativeError,
  TOLERANCE,
} from '../test/hessian-check.ts'
import { type BackendName, useBackend } from './backend.ts'
import { crossEntropy } from './cross-entropy.ts'
import { gradients } from './gradients.ts'
import { flatten } from './parameter-vector.ts'
import { randomStream } from './random-stream.ts'

const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm', 'cpu'] : ['wasm', 'cpu']
const stream = randomStream(5)
const labels = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]] // prettier-ignore

describe.each(backends)('a tf.LayersModel on %s', name => {
  let model: tf.LayersModel | undefined
  beforeEach(async () => {
    await useBackend(name)
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
    model?.dispose()
    model = undefined
  })

  test('with tanh: its Hessian-vector product is that of the same network in float64', () => {
    model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, activation: 'tanh', inputShape: [5] }),
        tf.layers.dense({ units: 3 }),
      ],
    })
    const inputs = stream.fork('inputs').normal(20)
    const weights = setWeights(model)
    const v = directions(weights)
    const product = flatten(hessianVectorProduct(lossOf(model, tf.tensor2d(inputs, [4, 5])), weights, v))
    const oracle = oracleHessianVectorProduct(
      (w1, b1, w2, b2) => {
        const hidden = np.tanh(np.matmul(float64(inputs, [4, 5]), w1).add(b1))
        const logits = np.matmul(hidden, w2).add(b2)
        return nn
          .logSoftmax(logits)
          .mul(float64(labels.flat(), [4, 3]))
          .sum()
          .div(-4)
      },
      weights.map(({ shape }) => shape),
      weights.map(weight => weight.dataSync()),
      v.map(part => part.dataSync()),
    )
    expect(relativeError(product.dataSync(), oracle)).toBeLessThan(TOLERANCE)
  })

  test('with convolutions, batch norm, overlapping pooling and dropout: it equals differences of gradients', () => {
    model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1] }),
        tf.layers.batchNormalization(),
        tf.layers.activation({ activation: 'swish' }),
        tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
        tf.layers.depthwiseConv2d({ kernelSize: 2, padding: 'same', activation: 'elu' }),
        tf.layers.flatten(),
        tf.layers.dropout({ rate: 0.25, seed: 1 }),
        tf.layers.dense({ units: 3 }),
      ],
    })
    const weights = setWeights(model)
    const loss = lossOf(model, tf.tensor(stream.fork('images').normal(256), [4, 8, 8, 1]))
    const v = directions(weights)
    const product = flatten(hessianVectorProduct(loss, weights, v))
    const start = weights.map(weight => weight.clone())
    const slope = (step: number): tf.Tensor => {
      model?.trainableWeights.forEach((weight, i) => {
        weight.write(tf.add(start[i] ?? NaN, tf.mul(v[i] ?? NaN, step)))
      })
      return flatten(gradients(loss, weights).gradients)
    }
    // A longer step would cross the kinks where another pixel becomes a window's maximum.
    const difference = slope(3e-4).sub(slope(-3e-4)).div(6e-4)
    expect(relativeError(product.dataSync(), difference.dataSync())).toBeLessThan(TOLERANCE)
  })
})

/** The mean cross-entropy; the model reads its weights itself. */
function lossOf(model: tf.LayersModel, inputs: tf.Tensor): () => tf.Tensor {
  return () => crossEntropy(model.apply(inputs, { training: true }) as tf.Tensor, tf.tensor2d(labels))
}

/** Fixed weights; what it returns are the variables that the model reads. */
function setWeights(model: tf.LayersModel): tf.Tensor[] {
  return model.trainableWeights.map((weight, i) => {
    const { shape, size } = weight.read()
    weight.write(tf.tensor(stream.fork(`weight ${i}`).normal(size), shape).div(2))
    return weight.read()
  })
}

function directions(weights: tf.Tensor[]): tf.Tensor[] {
  return weights.map(({ shape, size }, i) => tf.tensor(stream.fork(`direction ${i}`).normal(size), shape))
}
