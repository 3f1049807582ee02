import { classification, type ModelObjective } from '@flatland/hessian'
import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

type Four = readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]

/** Inputs [12, 3] and three classes. */
export const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 2, 1, 0]
export const inputsOf = (): tf.Tensor2D => tf.tensor2d(randomStream(1).normal(36), [12, 3])

/** W₁ [3, 4], b₁, W₂ [4, 3], b₂ from a seed. */
export function reluParameters(seed: number): tf.Tensor[] {
  const random = randomStream(seed)
  return [[3, 4], [4], [4, 3], [3]].map(shape =>
    tf.tensor(random.normal(tf.util.sizeFromShape(shape)), shape),
  )
}

/** relu(x W₁ + b₁) W₂ + b₂. */
export function reluLogits(parameters: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  const [w1, b1, w2, b2] = parameters as unknown as Four
  return tf.matMul(tf.relu(tf.matMul(x, w1).add(b1)), w2).add(b2)
}

/**
 * The same with x W₁ normalised by the mean and variance over the inputs [12, 3] before b₁ is added: batch normalisation in
 * training mode, of which all inputs are the batch. Written so, each output depends on its own example alone.
 */
export function normalisedLogits(parameters: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  const [w1, b1, w2, b2] = parameters as unknown as Four
  const all = tf.matMul(inputsOf(), w1)
  const mean = all.mean(0)
  const variance = all.sub(mean).square().mean(0)
  const normalised = tf.matMul(x, w1).sub(mean).div(variance.sqrt())
  return tf.matMul(tf.relu(normalised.add(b1)), w2).add(b2)
}

export function objectiveOf(
  parameters: readonly tf.Tensor[],
  logits: (parameters: readonly tf.Tensor[], x: tf.Tensor) => tf.Tensor = reluLogits,
): ModelObjective {
  return classification({ parameters, logits, classes: 3, inputs: inputsOf(), labels })
}
