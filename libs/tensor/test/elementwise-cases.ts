import { lax, nn, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import type { DerivativeCase } from './hessian-check.ts'

type Unary = [
  kernel: string,
  operation: (x: tf.Tensor) => tf.Tensor,
  oracle: (x: np.Array) => np.Array,
  range?: readonly [number, number],
]

const positive = [0.5, 2.5] as const
const insideOne = [-0.8, 0.8] as const

const unary: readonly Unary[] = [
  ['Abs', tf.abs, np.abs],
  ['Acos', tf.acos, np.acos, insideOne],
  ['Acosh', tf.acosh, np.acosh, [1.3, 3]],
  ['Asin', tf.asin, np.asin, insideOne],
  ['Asinh', tf.asinh, np.asinh],
  ['Atan', tf.atan, np.atan],
  ['Atanh', tf.atanh, np.atanh, insideOne],
  ['Ceil', x => tf.ceil(x).mul(x), x => np.ceil(x.ref).mul(x)],
  ['ClipByValue', x => tf.clipByValue(x, -0.5, 1), x => np.clip(x, -0.5, 1)],
  ['Cos', tf.cos, np.cos],
  ['Cosh', tf.cosh, np.cosh],
  ['Elu', tf.elu, x => nn.elu(x)],
  ['Erf', tf.erf, lax.erf],
  ['Exp', tf.exp, np.exp],
  ['Expm1', tf.expm1, np.expm1],
  ['Floor', x => tf.floor(x).mul(x), x => np.floor(x.ref).mul(x)],
  ['LeakyRelu', x => tf.leakyRelu(x, 0.1), x => nn.leakyRelu(x, 0.1)],
  ['Log', tf.log, np.log, positive],
  ['Log1p', tf.log1p, np.log1p, insideOne],
  ['logSigmoid', tf.logSigmoid, nn.logSigmoid],
  ['Neg', tf.neg, np.negative],
  ['Reciprocal', tf.reciprocal, np.reciprocal, positive],
  ['Relu', tf.relu, nn.relu],
  ['Relu6', x => tf.relu6(x.mul(4)), x => np.clip(x.mul(4), 0, 6), [-0.75, 2.25]],
  ['Round', x => tf.round(x).mul(x), x => np.round(x.ref).mul(x)],
  ['Rsqrt', tf.rsqrt, x => np.reciprocal(np.sqrt(x)), positive],
  ['Selu', tf.selu, nn.selu],
  ['Sigmoid', tf.sigmoid, nn.sigmoid],
  ['Sign', x => tf.sign(x).mul(x), x => np.sign(x.ref).mul(x)],
  ['Sin', tf.sin, np.sin],
  ['Sinh', tf.sinh, np.sinh],
  ['Softplus', tf.softplus, nn.softplus],
  ['Sqrt', x => tf.sqrt(x).add(1), x => np.sqrt(x).add(1), positive],
  ['Square', tf.square, np.square],
  ['Step', x => tf.step(x, 0.25).mul(x), x => np.where(np.greater(x.ref, 0), x.ref, x.mul(0.25))],
  ['Tan', tf.tan, np.tan, insideOne],
  ['Tanh', tf.tanh, np.tanh],
]

type Binary = [
  kernel: string,
  operation: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  oracle: (a: np.Array, b: np.Array) => np.Array,
  range?: readonly [number, number],
]

const binary: readonly Binary[] = [
  ['Add', tf.add, np.add],
  ['Atan2', tf.atan2, np.atan2, positive],
  ['Maximum', tf.maximum, np.maximum],
  ['Minimum', tf.minimum, np.minimum],
  ['Multiply', tf.mul, np.multiply],
  ['Pow', tf.pow, np.power, positive],
  ['Prelu', tf.prelu, (x, slope) => np.where(np.greater(x.ref, 0), x.ref, x.mul(slope))],
  ['RealDiv', tf.div, np.divide, positive],
  ['SquaredDifference', tf.squaredDifference, (a, b) => np.square(np.subtract(a, b))],
  ['Sub', tf.sub, np.subtract],
]

/** TensorFlow.js has no gradient of their broadcasts, not even a first one. */
const WITHOUT_BROADCAST = ['Maximum', 'Minimum', 'SquaredDifference']

/** Comparisons choose between two smooth branches. */
const comparisons: readonly [kernel: string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor][] = [
  ['Greater', tf.greater],
  ['GreaterEqual', tf.greaterEqual],
  ['NotEqual', (a, b) => tf.notEqual(a.greater(b).toFloat(), 0)],
  ['LogicalNot', (a, b) => tf.logicalNot(a.lessEqual(b))],
]
const reversed: typeof comparisons = [
  ['Equal', (a, b) => tf.equal(a.greater(b).toFloat(), 0)],
  ['Less', tf.less],
  ['LessEqual', tf.lessEqual],
  ['LogicalAnd', (a, b) => tf.logicalAnd(a.less(b), a.lessEqual(b))],
  ['LogicalOr', (a, b) => tf.logicalOr(a.less(b), a.less(b))],
]

export const elementwiseCases: readonly DerivativeCase[] = [
  ...unary.map(([kernel, operation, oracle, range]) => ({
    name: kernel,
    kernel,
    shapes: [[3, 4]],
    operation,
    oracle,
    ...(range && { range }),
  })),
  ...binary.flatMap(([kernel, operation, oracle, range]) =>
    [[3, 4], [4]] // prettier-ignore
      .filter((_, i) => i === 0 || !WITHOUT_BROADCAST.includes(kernel))
      .map(b => ({
        name: b.length === 2 ? kernel : `${kernel}, broadcast`,
        kernel,
        shapes: [[3, 4], b],
        operation,
        oracle,
        ...(range && { range }),
      })),
  ),
  ...[...comparisons, ...reversed].map(([kernel, compare]) => ({
    name: `${kernel}, as a choice`,
    kernel,
    shapes: [[3, 4], [3, 4]], // prettier-ignore
    operation: (a: tf.Tensor, b: tf.Tensor) => tf.where(compare(a, b), a.sin(), b.square()),
    oracle: (a: np.Array, b: np.Array) => {
      const isGreater = np.greater(a.ref, b.ref)
      const [x, y] = [np.sin(a), np.square(b)]
      return reversed.some(([name]) => name === kernel)
        ? np.where(isGreater, y, x)
        : np.where(isGreater, x, y)
    },
  })),
  {
    name: 'Select',
    kernel: 'Select',
    shapes: [[2, 2], [2, 2]], // prettier-ignore
    operation: (a, b) => tf.where(tf.tensor2d([1, 0, 0, 1], [2, 2], 'bool'), a.sin(), b),
    oracle: (a, b) => np.where(np.array([[true, false], [false, true]]), np.sin(a), b), // prettier-ignore
  },
]
