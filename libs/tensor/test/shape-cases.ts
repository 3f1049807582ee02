import { nn, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import { crossEntropy } from '../src/cross-entropy.ts'
import type { DerivativeCase } from './hessian-check.ts'

const matrix = [[3, 4]]
const twoMatrices = [[3, 4], [3, 4]] // prettier-ignore
const labels = [[0, 1, 0, 0], [0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]] // prettier-ignore

function float64(values: number[][] | number[]): np.Array {
  return np.array(values, { dtype: np.float64 })
}

/** Products, reductions, what only moves numbers about, and losses. */
export const shapeCases: readonly DerivativeCase[] = [
  ...[false, true].flatMap(transposeA =>
    [false, true].map((transposeB): DerivativeCase => ({
      name: `BatchMatMul, ${transposeA ? 'aᵀ' : 'a'}${transposeB ? 'bᵀ' : 'b'}`,
      kernel: 'BatchMatMul',
      shapes: [transposeA ? [4, 3] : [3, 4], transposeB ? [2, 4] : [4, 2]],
      operation: (a, b) => tf.matMul(a, b, transposeA, transposeB),
      oracle: (a, b) => np.matmul(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b),
    })),
  ),
  {
    name: 'BatchMatMul, in batches, aᵀb',
    kernel: 'BatchMatMul',
    shapes: [[2, 4, 3], [2, 4, 2]], // prettier-ignore
    operation: (a, b) => tf.matMul(a, b, true),
    oracle: (a, b) => np.matmul(a.transpose([0, 2, 1]), b),
  },
  {
    name: 'fusedMatMul, with bias',
    kernel: 'fusedMatMul',
    shapes: [[3, 4], [4, 2], [2]], // prettier-ignore
    operation: (a, b, bias) => tf.fused.matMul({ a: a, b: b, bias }),
    oracle: (a, b, bias) => np.matmul(a, b).add(bias),
  },
  ...(['Sum', 'Mean', 'Max', 'Min'] as const).flatMap((kernel): DerivativeCase[] =>
    [undefined, 0, 1].map(axis => ({
      name: axis === undefined ? kernel : `${kernel}, axis ${axis}`,
      kernel,
      shapes: matrix,
      operation: x => ({ Sum: tf.sum, Mean: tf.mean, Max: tf.max, Min: tf.min })[kernel](x.exp(), axis),
      oracle: x => ({ Sum: np.sum, Mean: np.mean, Max: np.max, Min: np.min })[kernel](np.exp(x), axis),
    })),
  ),
  {
    name: 'logSumExp',
    shapes: matrix,
    operation: x => tf.logSumExp(x, 1),
    oracle: x => np.log(np.exp(x).sum(1)),
  },
  {
    name: 'Cumsum',
    kernel: 'Cumsum',
    shapes: matrix,
    operation: x => tf.cumsum(x, 1),
    oracle: x => np.cumsum(x, 1),
  },
  {
    name: 'Cumsum, exclusive and from the end',
    kernel: 'Cumsum',
    shapes: matrix,
    operation: x => tf.cumsum(x, 0, true, true),
    oracle: x => np.flip(np.cumsum(np.flip(x.ref, 0), 0), 0).sub(x),
  },
  {
    name: 'AddN',
    kernel: 'AddN',
    shapes: twoMatrices,
    operation: (a, b) => tf.addN([a, b, a]),
    oracle: (a, b) => a.mul(2).add(b),
  },
  { name: 'Cast', kernel: 'Cast', shapes: matrix, operation: x => tf.cast(x, 'float32'), oracle: x => x },
  { name: 'Identity', kernel: 'Identity', shapes: matrix, operation: x => tf.clone(x), oracle: x => x },
  {
    name: 'Concat',
    kernel: 'Concat',
    shapes: [[3, 1], [3, 3]], // prettier-ignore
    operation: (a, b) => tf.concat([a, b, a], 1),
    oracle: (a, b) => np.concatenate([a.ref, b, a], 1),
  },
  {
    name: 'ExpandDims',
    kernel: 'ExpandDims',
    shapes: matrix,
    operation: x => tf.expandDims(x, 1),
    oracle: x => x,
  },
  {
    name: 'Reshape',
    kernel: 'Reshape',
    shapes: matrix,
    operation: x => tf.reshape(x, [2, 6]),
    oracle: x => x,
  },
  {
    name: 'Reshape, by squeeze',
    kernel: 'Reshape',
    shapes: [[3, 1, 4]],
    operation: x => tf.squeeze(x),
    oracle: x => x,
  },
  {
    name: 'Transpose',
    kernel: 'Transpose',
    shapes: [[2, 3, 4]],
    operation: x => tf.transpose(x, [2, 0, 1]),
    oracle: x => x.transpose([2, 0, 1]),
  },
  {
    name: 'Slice',
    kernel: 'Slice',
    shapes: matrix,
    operation: x => tf.slice(x, [1, 0], [2, 3]),
    oracle: x => x.slice([1, 3], [0, 3]),
  },
  {
    name: 'SplitV',
    kernel: 'SplitV',
    shapes: matrix,
    operation: x => {
      const [a, b] = tf.split(x, [1, 3], 1)
      return tf.mul(a ?? x, b ?? x)
    },
    oracle: x => x.ref.slice([], [0, 1]).mul(x.slice([], [1, 4])),
  },
  {
    name: 'Pack',
    kernel: 'Pack',
    shapes: twoMatrices,
    operation: (a, b) => tf.stack([a, b], 1),
    oracle: (a, b) => np.stack([a, b], 1),
  },
  {
    name: 'Unpack',
    kernel: 'Unpack',
    shapes: matrix,
    operation: x => {
      const [a, b, c] = tf.unstack(x)
      return tf.mul(a ?? x, b ?? x).add(c ?? x)
    },
    oracle: x => x.ref.slice(0).mul(x.ref.slice(1)).add(x.slice(2)),
  },
  {
    name: 'PadV2',
    kernel: 'PadV2',
    shapes: matrix,
    operation: x => tf.pad(x, [[0, 1], [2, 0]], 3), // prettier-ignore
    oracle: x => np.pad(x, [[0, 1], [2, 0]]), // prettier-ignore
  },
  {
    name: 'Tile',
    kernel: 'Tile',
    shapes: matrix,
    operation: x => tf.tile(x, [2, 3]),
    oracle: x => np.tile(x, [2, 3]),
  },
  {
    name: 'Reverse',
    kernel: 'Reverse',
    shapes: matrix,
    operation: x => tf.reverse(x, 1),
    oracle: x => np.flip(x, 1),
  },
  {
    name: 'GatherV2, as an embedding',
    kernel: 'GatherV2',
    shapes: [[5, 3]],
    operation: x => tf.gather(x, tf.tensor2d([0, 4, 4, 1], [2, 2], 'int32')),
    oracle: x => np.take(x, np.array([0, 4, 4, 1], { dtype: np.int32 }), 0),
  },
  {
    name: 'GatherV2, axis 1',
    kernel: 'GatherV2',
    shapes: matrix,
    operation: x => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), 1),
    oracle: x => np.take(x, np.array([3, 0, 3], { dtype: np.int32 }), 1),
  },
  {
    name: 'embedding by oneHot and matMul',
    shapes: [[4, 3]],
    operation: x => tf.matMul(tf.oneHot(tf.tensor1d([2, 0, 2], 'int32'), 4).toFloat(), x),
    oracle: x => np.take(x, np.array([2, 0, 2], { dtype: np.int32 }), 0),
  },
  {
    name: 'Softmax',
    kernel: 'Softmax',
    shapes: matrix,
    operation: x => tf.softmax(x),
    oracle: x => nn.softmax(x),
  },
  {
    name: 'logSoftmax',
    kernel: 'logSoftmax',
    shapes: matrix,
    operation: x => tf.logSoftmax(x),
    oracle: x => nn.logSoftmax(x),
  },
  {
    name: 'SoftmaxCrossEntropy',
    kernel: 'SoftmaxCrossEntropy',
    shapes: matrix,
    operation: x => crossEntropy(x, tf.tensor2d(labels)),
    oracle: x => nn.logSoftmax(x).mul(float64(labels)).sum().div(-3),
  },
  {
    name: 'mean squared error',
    shapes: twoMatrices,
    operation: (a, b) => tf.losses.meanSquaredError(a, b),
    oracle: (a, b) => np.square(a.sub(b)).mean(),
  },
  {
    name: 'sigmoid cross-entropy',
    shapes: [[2, 4]],
    operation: x => tf.losses.sigmoidCrossEntropy(tf.tensor2d(labels.slice(0, 2)), x),
    oracle: x => {
      const y = float64(labels.slice(0, 2))
      return nn.softplus(x.ref).sub(x.mul(y)).mean()
    },
  },
]
