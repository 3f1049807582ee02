import * as tf from '@tensorflow/tfjs'
import { modelObjective, type Objective, tensorExamples } from '../src/objective.ts'

/** f(x) = o + Σⱼ vⱼ tanh(wⱼ x + bⱼ) with two hidden units, and the mean of (f(x) − y)² on five points. */
export function tanhNetwork(): Objective {
  const parameters = [tf.zeros([1, 2]), tf.zeros([2]), tf.zeros([2, 1]), tf.zeros([1])]
  return modelObjective({
    parameters,
    outputs: (theta, x) => {
      const [w, b, v, o] = theta as readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      return tf.matMul(tf.tanh(tf.matMul(x, w).add(b)), v).add(o)
    },
    outputLoss: (z, y) => z.sub(y).square().mean(),
    examples: tensorExamples(
      tf.tensor2d([-2, -1, 0, 1, 2], [5, 1]),
      tf.tensor2d([-1, -0.5, 0, 0.5, 1], [5, 1]),
    ),
  })
}
