import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkOutputs } from './check-objective.ts'
import { checkInteger } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Examples, ModelObjective } from './objective.ts'
import { objectiveOperator, operatorOf } from './objective-operator.ts'
import { onOutputGradients } from './output-gradients.ts'
import { type MatrixOnOutputs, productThroughOutputs } from './through-outputs.ts'

export interface MonteCarloFisherOptions extends BatchOptions {
  /** Fixes the labels that are drawn: an integer from 0 to 2³² − 1. Default 0. */
  readonly seed?: number
  /** Labels drawn for each example. Default 1. */
  readonly samples?: number
}

export interface MonteCarloFisher extends LinearOperator {
  /** The product with v and its doubt, from the spread between the samples: as many passes as there are samples. */
  readonly estimate: (v: Float64Array) => Promise<ProductEstimate>
}

export interface ProductEstimate {
  /** What `apply(v)` gives, up to float32 rounding. */
  readonly mean: Float64Array
  /** The standard error of each entry of `mean`. */
  readonly standardErrors: Float64Array
  readonly samples: number
}

/**
 * The Fisher matrix of a softmax classifier, estimated with labels drawn from the model itself:
 *
 *   F = (1/N) Σᵢ E_{y ~ softmax(zᵢ)} [gᵢ(y) gᵢ(y)ᵀ].
 *
 * The labels are drawn once for a seed, so that this is one fixed symmetric, positive semi-definite matrix, whatever
 * the size of the micro-batches; its expectation over the seed is `gaussNewton` of the cross-entropy, which is exact
 * and costs the same: the estimate is for comparing methods that rest on it.
 *
 * @param objective of logits [b, classes], with one-hot targets
 * @throws RangeError at once, before any work, when the objective cannot be differentiated (see `checkObjective`),
 *   or seed or samples are not what they must be
 *
 * @example
 * const objective = classification({
 *   parameters: [tf.tensor2d([[1, 0], [0, 1]])],
 *   logits: ([w], x) => tf.matMul(x, w),
 *   classes: 2,
 *   inputs: tf.tensor2d([[1, 0]]),
 *   labels: [0],
 * })
 * const fisher = monteCarloFisher(objective, { samples: 1000, seed: 1 })
 * const { mean, standardErrors } = await fisher.estimate(Float64Array.of(1, 0, 0, 0))
 * mean.every((value, i) => Math.abs(value - [0.1966, -0.1966, 0, 0][i]) <= 3 * standardErrors[i]) // true
 */
export function monteCarloFisher(
  objective: ModelObjective,
  options: MonteCarloFisherOptions = {},
): MonteCarloFisher {
  const { seed = 0, samples = 1, ...batchOptions } = options
  checkInteger('samples', samples, 1)
  const stream = randomStream(seed)
  const uniforms = Array.from({ length: samples }, (_, s) =>
    stream.fork(`sample ${s}`).uniform(objective.examples.size),
  )
  const product = productThroughOutputs(objective, onDrawnLabels(objective))
  const { examples } = objective
  const operator = objectiveOperator(objective, batchOptions, product, withUniforms(examples, uniforms))
  const ofOne = checkOutputs(objective)
  if (ofOne.length !== 1) {
    throw new RangeError(
      `monteCarloFisher draws labels from logits [examples, classes]; the outputs of one example are of shape [${ofOne.join()}]`,
    )
  }
  return Object.freeze({
    ...operator,
    estimate: async (v: Float64Array) => {
      checkInteger('samples', samples, 2, Infinity, 'one alone has no standard error')
      const moments = runningMoments(operator.size)
      for (const one of uniforms) {
        const ofSample = { ...objective, examples: withUniforms(examples, [one]) }
        moments.add(await operatorOf(ofSample, batchOptions, product).apply(v))
      }
      return Object.freeze({ ...moments.result(), samples })
    },
  })
}

/** With the labels that the numbers of each sample choose. */
function onDrawnLabels({ outputLoss }: ModelObjective): MatrixOnOutputs {
  return (z, samples, w) => {
    const parts = tf
      .unstack(samples)
      .map(uniform => onOutputGradients(outputLoss, z, drawLabels(z, uniform), w))
    return {
      value: tf.addN(parts.map(({ value }) => value)),
      product: tf.addN(parts.map(({ product }) => product)).div(parts.length),
    }
  }
}

/** One uniform number for each sample and example in the place of the targets: a graph is the same for all of them. */
function withUniforms({ size, slice }: Examples, uniforms: readonly Float32Array[]): Examples {
  return {
    size,
    slice: (start, end) => ({
      inputs: slice(start, end).inputs,
      targets: tf.stack(uniforms.map(sample => tf.tensor1d(sample.subarray(start, end)))),
    }),
  }
}

/** One-hot labels from softmax(z): the first class at which the cumulated probability exceeds the uniform number. */
function drawLabels(z: tf.Tensor, uniform: tf.Tensor): tf.Tensor {
  const [rows = 0, classes = 0] = z.shape
  const cumulated = tf.cumsum(tf.softmax(z as tf.Tensor2D), 1)
  // Without the last column, which is 1 but for rounding: what exceeds none of the others is of the last class.
  const others = cumulated.slice([0, 0], [rows, classes - 1])
  const passed = others
    .lessEqual(uniform.reshape([rows, 1]))
    .toFloat()
    .sum(1)
  return tf.oneHot(passed.toInt(), classes).toFloat()
}

/** Mean and standard error of vectors, one after another (Welford 1962). */
function runningMoments(size: number): {
  add: (vector: Float64Array) => void
  result: () => { mean: Float64Array; standardErrors: Float64Array }
} {
  const mean = new Float64Array(size)
  const squares = new Float64Array(size)
  let count = 0
  return {
    add: vector => {
      count++
      vector.forEach((value, i) => {
        const before = value - (mean[i] ?? 0)
        mean[i] = (mean[i] ?? 0) + before / count
        squares[i] = (squares[i] ?? 0) + before * (value - (mean[i] ?? 0))
      })
    },
    result: () => ({ mean, standardErrors: squares.map(sum => Math.sqrt(sum / (count - 1) / count)) }),
  }
}
