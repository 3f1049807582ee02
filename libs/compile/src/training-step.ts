import * as tf from '@tensorflow/tfjs'
import { type Compiled, type CompileOptions } from './compile.ts'
import { optimizerStep } from './optimizer-step.ts'
import type { Tensors } from './tensors.ts'

/**
 * One step of training as one TensorFlow operation: loss, gradients and the optimiser's update, as
 * `optimizer.minimize` does them. Natively it is compiled (see `compile` for what the loss may do); on the other
 * backends it runs as it is.
 *
 * The optimiser stays the caller's: `learningRate` may be set between any two steps at no cost, since the rate of a
 * `tf.train` optimiser goes in as a tensor; `setLearningRate`, `setMomentum`, `setWeights` and other settings hold
 * from the next step on, which then is traced anew, and `iterations` counts on. An optimiser of another class is traced anew
 * whenever a number, text or truth value among its properties was changed between two steps.
 *
 * @param optimizer of `tf.train`, or a class of one's own that computes with tensors only
 * @param parameters the variables that it updates; those that are not trainable stay as they are
 * @param loss from `parameters`, as they were given, and the batch to a float32 scalar
 * @returns from a batch to the loss before the update, which the caller disposes of. `dispose()` leaves the optimiser as it is.
 * @throws RangeError when there are no parameters
 * @throws TypeError when one of them is not a variable
 *
 * @example
 * const w = tf.variable(tf.zeros([3, 1]))
 * const step = trainingStep(tf.train.adam(0.01), [w], ([w], x: tf.Tensor2D, y: tf.Tensor2D) =>
 *   tf.losses.meanSquaredError(y, x.matMul(w)),
 * )
 * const loss = step(tf.ones([8, 3]), tf.ones([8, 1]))
 */
export function trainingStep<Batch extends readonly Tensors[]>(
  optimizer: tf.Optimizer,
  parameters: readonly tf.Variable[],
  loss: (parameters: readonly tf.Variable[], ...batch: Batch) => tf.Tensor,
  options: CompileOptions = {},
): Compiled<Batch, tf.Scalar> {
  if (parameters.length === 0) throw new RangeError('trainingStep needs at least one parameter; got none')
  const other = parameters.findIndex(each => !(each instanceof tf.Variable))
  if (other >= 0)
    throw new TypeError(
      `trainingStep: parameter ${other} is no variable, which an optimiser could update: tf.variable(…) makes one`,
    )
  const step = (...batch: Batch): tf.Scalar => {
    const value = optimizer.minimize(() => loss(parameters, ...batch) as tf.Scalar, true, [...parameters])
    if (value === null) throw new Error('the optimiser gave no loss')
    return value
  }
  const settings = (): string => parameters.map(({ trainable }) => trainable).join()
  return optimizerStep(() => optimizer, step, settings, options)
}
