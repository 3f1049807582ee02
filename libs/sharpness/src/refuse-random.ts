import { type BatchOptions, evaluateLoss, type Objective } from '@flatland/hessian'

/**
 * Refuses a loss that draws anew at each call, as dropout does in training: it is no function of θ, and its maximum would be
 * that of the draw. It is looked at twice, on one micro-batch.
 *
 * @throws RangeError (a rejection) when both losses differ
 */
export async function refuseRandom(objective: Objective, options: BatchOptions): Promise<void> {
  const { size, batchSize = 256 } = objective.examples
  const few: Objective = {
    ...objective,
    examples: { ...objective.examples, size: Math.min(size, options.batchSize ?? batchSize) },
  }
  const [first, second] = [await evaluateLoss(few, options), await evaluateLoss(few, options)]
  if (Object.is(first, second)) return
  throw new RangeError(
    `Two evaluations of the loss at the same θ are ${first} and ${second}: take the network as in prediction, not in training ` +
      'mode, where dropout draws anew',
  )
}
