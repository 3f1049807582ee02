import { type BatchOptions, type ModelObjective } from '@flatland/hessian'
import { compile } from '@flatland/compile'
import { unflatten } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { PointMeasure } from './slices.ts'

/** Of a classifier over some data. */
export interface LossAndAccuracy {
  /** Mean loss; NaN where it is. */
  readonly loss: number
  /** The share of examples whose largest output is that of their class. */
  readonly accuracy: number
}

/**
 * Measures loss and accuracy of a classifier at any θ, for slices: compiled, in micro-batches. The model's own parameters stay
 * where they are. An `outputs` that takes statistics over its batch has those of each micro-batch: then `batchSize` is part of
 * what is measured, as in Keskar et al. 2016, whose batch normalisation took the batch's statistics in tests too.
 *
 * @param objective with one-hot targets, as `classification` makes it
 *
 * @example
 * const objective = classification({
 *   parameters: [tf.tensor2d([[1, 0], [0, 1]])],
 *   logits: ([w], x) => tf.matMul(x, w),
 *   classes: 2,
 *   inputs: tf.tensor2d([[1, 0], [0, 1]]),
 *   labels: [0, 0],
 * })
 * const measured = await lossAndAccuracy(objective)(Float64Array.of(1, 0, 0, 1))
 * measured.accuracy // 0.5
 */
export function lossAndAccuracy(
  objective: ModelObjective,
  { batchSize = 256, signal }: Pick<BatchOptions, 'batchSize' | 'signal'> = {},
): PointMeasure<LossAndAccuracy> {
  const { parameters, outputs, outputLoss, examples } = objective
  const shapes = parameters.map(({ shape }) => shape)
  const totals = compile((theta: tf.Tensor, inputs: tf.Tensor, targets: tf.Tensor) => {
    const z = outputs(unflatten(theta as tf.Tensor1D, shapes), inputs)
    const right = z.argMax<tf.Tensor>(-1).equal(targets.argMax(-1)).toFloat().mean()
    return tf.stack([outputLoss(z, targets), right])
  })
  return async theta => {
    const point = tf.tensor1d(Float32Array.from(theta))
    try {
      let [loss, right] = [0, 0]
      for (let start = 0; start < examples.size; start += batchSize) {
        await nextTurn()
        signal?.throwIfAborted()
        const end = Math.min(start + batchSize, examples.size)
        const [ofLoss = NaN, ofRight = NaN] = tf.tidy(() => {
          const { inputs, targets } = examples.slice(start, end)
          return totals(point, inputs, targets).dataSync()
        })
        loss += (ofLoss * (end - start)) / examples.size
        right += (ofRight * (end - start)) / examples.size
      }
      return { loss, accuracy: right }
    } finally {
      point.dispose()
    }
  }
}
