import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { modelObjective, type ModelObjective, tensorExamples } from '../src/objective.ts'

/** A linear classifier of four examples, with one thing wrong. */
export function objectiveWith(wrong: Partial<ModelObjective> = {}): ModelObjective {
  return modelObjective({
    parameters: [tf.tensor2d([[1, 2, 0], [0.5, -1, 0]])], // prettier-ignore
    outputs: ([w = tf.scalar(NaN)], x) => tf.matMul(x, w),
    outputLoss: crossEntropy,
    examples: examplesOf(tf.tensor2d([1, 0, 1, 2, -1, 1, 0.5, 3], [4, 2])),
    ...wrong,
  })
}

export function examplesOf(inputs: tf.Tensor): ModelObjective['examples'] {
  return tensorExamples(inputs, tf.oneHot([0, 1, 2, 0].slice(0, inputs.shape[0]), 3).toFloat())
}

/** What throws at once and what rejects, with the tensors that it leaves behind. */
export async function failureOf(work: () => unknown): Promise<{ error: unknown; left: number }> {
  const before = tf.memory().numTensors
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(() => 'nothing was wrong', (reason: unknown) => reason) // prettier-ignore
  return { error, left: tf.memory().numTensors - before }
}

export function ones(size: number): Float64Array {
  return new Float64Array(size).fill(1)
}
