import * as tf from '@tensorflow/tfjs'
import { knownAsMean } from './check-objective.ts'
import { checkInteger } from './checks.ts'
import type { Objective } from './objective.ts'

/**
 * The mean of a loss over batches of B examples, for a loss that takes statistics over its batch, as batch normalisation in
 * training mode does:
 *
 *   L(θ) = (B/N) Σ_b ℓ(θ, batch b).
 *
 * An example of it is a whole batch, with inputs [B, …]: so it is an objective like others, a mean over its examples, though
 * another B is another loss. The batches are those that lie next to each other in the data; shuffle these once where they are
 * sorted by class.
 *
 * @param size B, which has to divide the number of examples: a smaller batch at the end would be another loss
 * @throws RangeError when it does not
 *
 * @example
 * // The variance within batches of two: of 1 and 3, and of 10 and 20.
 * const spread = functionObjective([tf.scalar(1)], ([w]) => w)
 * const { loss, examples } = overBatches({
 *   ...spread,
 *   loss: ([w], { inputs }) => w.mul(tf.moments(inputs).variance),
 *   examples: tensorExamples(tf.tensor1d([1, 3, 10, 20]), tf.zeros([4])),
 * }, 2)
 * await evaluateLoss({ parameters: [tf.scalar(1)], loss, examples }) // 13
 */
export function overBatches(objective: Objective, size: number): Objective {
  const { loss, examples } = objective
  checkInteger('the size of a batch', size, 1, examples.size)
  if (examples.size % size !== 0) {
    throw new RangeError(
      `the size of a batch is ${size}; it has to divide the number of examples, ${examples.size}: leave some out`,
    )
  }
  const stacked = (tensor: tf.Tensor): tf.Tensor => tensor.reshape([-1, size, ...tensor.shape.slice(1)])
  return Object.freeze({
    parameters: objective.parameters,
    loss: knownAsMean((parameters, { inputs, targets }) =>
      tf.tidy(() => {
        const y = tf.unstack(targets)
        const losses = tf.unstack(inputs).map((x, b) => loss(parameters, { inputs: x, targets: y[b] ?? x }))
        return losses.length === 1 && losses[0] !== undefined ? losses[0] : tf.addN(losses).div(losses.length)
      }),
    ),
    examples: {
      size: examples.size / size,
      batchSize: 1,
      slice: (start: number, end: number) => {
        const { inputs, targets } = examples.slice(start * size, end * size)
        const batches = { inputs: stacked(inputs), targets: stacked(targets) }
        tf.dispose([inputs, targets])
        return batches
      },
    },
  } satisfies Objective)
}
