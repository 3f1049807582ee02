import { lax, nn, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import { crossEntropy } from '../src/cross-entropy.ts'
import type { DerivativeCase } from './hessian-check.ts'
import { convolve, maxPool } from './oracle-windows.ts'

const batch = [[3, 4]]
const normalised = [[6, 4], [4], [4]] // prettier-ignore

/** Activations and layers made of several operations, as networks use them. */
export const networkCases: readonly DerivativeCase[] = [
  {
    name: 'swish (silu), x·sigmoid(x)',
    shapes: batch,
    operation: x => x.mul(tf.sigmoid(x)),
    oracle: x => nn.silu(x),
  },
  {
    name: 'gelu, by erf',
    shapes: batch,
    operation: x => x.mul(tf.erf(x.div(Math.SQRT2)).add(1)).div(2),
    oracle: x => x.ref.mul(lax.erf(x.mul(Math.SQRT1_2)).add(1)).mul(0.5),
  },
  {
    name: 'gelu, by tanh',
    shapes: batch,
    operation: x => x.mul(tf.tanh(x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI))).add(1)).div(2),
    oracle: x => {
      const cubic = x.ref.mul(x.ref).mul(x.ref).mul(0.044715)
      return x.ref.mul(np.tanh(x.add(cubic).mul(Math.sqrt(2 / Math.PI))).add(1)).mul(0.5)
    },
  },
  {
    name: 'mish, x·tanh(softplus(x))',
    shapes: batch,
    operation: x => x.mul(tf.tanh(tf.softplus(x))),
    oracle: x => nn.mish(x),
  },
  {
    name: 'hard sigmoid',
    shapes: batch,
    range: [-4.5, 4.5],
    operation: x => tf.relu6(x.add(3)).div(6).mul(x),
    oracle: x => np.clip(x.ref.add(3), 0, 6).mul(1 / 6).mul(x), // prettier-ignore
  },
  {
    name: 'a choice by comparisons, argMax, oneHot, zerosLike and onesLike',
    shapes: batch,
    operation: x => {
      const largest = tf.oneHot(tf.argMax(x, 1), 4).toFloat()
      const chosen = tf.where(x.greater(0), x.sin(), tf.zerosLike(x)).add(tf.onesLike(x))
      return chosen.add(x.mul(largest))
    },
    oracle: x => {
      const largest = np.greaterEqual(x.ref, np.max(x.ref, 1, { keepdims: true }))
      const chosen = np.where(np.greater(x.ref, 0), np.sin(x.ref), 0).add(1)
      return chosen.add(np.where(largest, x, 0))
    },
  },
  {
    name: 'log of softmax',
    shapes: batch,
    operation: x => tf.log(tf.softmax(x)),
    oracle: x => nn.logSoftmax(x),
  },
  {
    name: 'batch norm by moments',
    shapes: normalised,
    operation: (x, scale, offset) => {
      const { mean, variance } = tf.moments(x, 0)
      return x.sub(mean).mul(tf.rsqrt(variance.add(1e-3))).mul(scale).add(offset) // prettier-ignore
    },
    oracle: (x, scale, offset) => standardised(x, 0).mul(scale).add(offset),
  },
  {
    name: 'FusedBatchNorm, as tf.batchNorm of its own moments',
    kernel: 'FusedBatchNorm',
    shapes: [[2, 3, 2, 4], [4], [4]], // prettier-ignore
    operation: (x, scale, offset) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2])
      return tf.batchNorm(x, mean, variance, offset, scale, 1e-3) // prettier-ignore
    },
    oracle: (x, scale, offset) =>
      standardised(x, [0, 1, 2]).mul(scale).add(offset), // prettier-ignore
  },
  {
    name: 'layer norm',
    shapes: normalised,
    operation: (x, scale, offset) => {
      const { mean, variance } = tf.moments(x, -1, true)
      return x.sub(mean).mul(tf.rsqrt(variance.add(1e-3))).mul(scale).add(offset) // prettier-ignore
    },
    oracle: (x, scale, offset) => standardised(x, 1).mul(scale).add(offset),
  },
  {
    name: 'dropout, with a fixed seed',
    shapes: batch,
    operation: x => tf.dropout(x.sin(), 0.5, undefined, 3),
    oracle: x => {
      const mask = tf.tidy(() => tf.dropout(tf.ones([3, 4]), 0.5, undefined, 3).dataSync())
      const array = np.array(Float64Array.from(mask), { shape: [3, 4], dtype: np.float64 })
      return np.sin(x).mul(array)
    },
  },
  {
    name: 'attention, softmax(qkᵀ/√d)v',
    shapes: [[2, 3, 4], [2, 3, 4], [2, 3, 4]], // prettier-ignore
    operation: (q, k, v) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true).div(2)), v),
    oracle: (q, k, v) => np.matmul(nn.softmax(np.matmul(q, k.transpose([0, 2, 1])).mul(0.5), -1), v),
  },
  {
    name: 'two dense layers with tanh',
    shapes: [[4, 3], [3], [3, 2], [2]], // prettier-ignore
    operation: (w1, b1, w2, b2) =>
      tf.tanh(tf.matMul(inputs(), w1).add(b1)).matMul(w2).add(b2), // prettier-ignore
    oracle: (w1, b1, w2, b2) => {
      const x = np.array(INPUTS, { dtype: np.float64 })
      return np.matmul(np.tanh(np.matmul(x, w1).add(b1)), w2).add(b2)
    },
  },
  {
    name: 'CNN: conv2d, relu, overlapping max pool, dense, cross-entropy',
    shapes: [[3, 3, 2, 3], [3], [27, 4], [4]], // prettier-ignore
    operation: (filter, bias, w, b) => {
      const images = tf.tensor4d(IMAGES, [2, 6, 6, 2])
      const maps = tf.relu(tf.conv2d(images, filter as tf.Tensor4D, 1, 'same').add(bias))
      const pooled = tf.maxPool(maps as tf.Tensor4D, 3, 2, 'same')
      return crossEntropy(tf.matMul(pooled.reshape([2, 27]), w).add(b), tf.tensor2d(CLASSES))
    },
    oracle: (filter, bias, w, b) => {
      const images = np.array(IMAGES, { shape: [2, 6, 6, 2], dtype: np.float64 })
      const maps = nn.relu(convolve(images, filter, 1, 'same').add(bias))
      const pooled = maxPool(maps, 3, 2, 'same')
      const logits = np.matmul(pooled.reshape([2, 27]), w).add(b)
      return nn.logSoftmax(logits).mul(np.array(CLASSES, { dtype: np.float64 })).sum().mul(-0.5) // prettier-ignore
    },
  },
  {
    name: 'transformer block: layer norm, attention, residual, layer norm, gelu, residual',
    shapes: [[4, 4], [4, 4], [4, 4], [4, 8], [8, 4], [4], [4]], // prettier-ignore
    operation: (wq, wk, wv, w1, w2, scale1, scale2) => {
      const x = tf.tensor3d(TOKENS, [2, 3, 4])
      const norm = (u: tf.Tensor, scale: tf.Tensor): tf.Tensor => {
        const { mean, variance } = tf.moments(u, -1, true)
        return u.sub(mean).mul(tf.rsqrt(variance.add(1e-3))).mul(scale) // prettier-ignore
      }
      const dense = (u: tf.Tensor, w: tf.Tensor): tf.Tensor =>
        tf.matMul(u.reshape([6, -1]), w).reshape([2, 3, -1])
      const u = norm(x, scale1)
      const scores = tf.matMul(dense(u, wq), dense(u, wk), false, true).div(2)
      const attended = x.add(tf.matMul(tf.softmax(scores), dense(u, wv)))
      const hidden = dense(norm(attended, scale2), w1)
      const active = hidden.mul(tf.erf(hidden.div(Math.SQRT2)).add(1)).div(2)
      return attended.add(dense(active, w2))
    },
    oracle: (wq, wk, wv, w1, w2, scale1, scale2) => {
      const x = np.array(TOKENS, { shape: [2, 3, 4], dtype: np.float64 })
      const u = standardised(x.ref, -1).mul(scale1)
      const scores = np.matmul(np.matmul(u.ref, wq), np.matmul(u.ref, wk).transpose([0, 2, 1])).mul(0.5)
      const attended = x.add(np.matmul(nn.softmax(scores, -1), np.matmul(u, wv)))
      const hidden = np.matmul(standardised(attended.ref, -1).mul(scale2), w1)
      const active = hidden.ref.mul(lax.erf(hidden.mul(Math.SQRT1_2)).add(1)).mul(0.5)
      return attended.add(np.matmul(active, w2))
    },
  },
]

const IMAGES = Array.from({ length: 144 }, (_, i) => Math.sin(i * i))
const TOKENS = Array.from({ length: 24 }, (_, i) => Math.cos(i * i))
const CLASSES = [[0, 1, 0, 0], [0, 0, 0, 1]] // prettier-ignore
const INPUTS = [[0.5, -1, 0.25, 2], [1, 0.75, -0.5, -1.5]] // prettier-ignore

function inputs(): tf.Tensor2D {
  return tf.tensor2d(INPUTS)
}

function standardised(x: np.Array, axis: number | number[]): np.Array {
  const centred = x.ref.sub(np.mean(x, axis, { keepdims: true }))
  const variance = np.mean(np.square(centred.ref), axis, { keepdims: true })
  return centred.mul(np.reciprocal(np.sqrt(variance.add(1e-3))))
}
