import { checkPositive } from './checks.ts'

export interface ScalingOptions {
  /** η, which is good at `batchSize`. */
  readonly learningRate: number
  /** B, the batch size that the rate is good at. */
  readonly batchSize: number
  /** B′, the batch size that a rate is wanted for. */
  readonly to: number
}

/**
 * The linear scaling rule (Goyal et al. 2017, section 2.1), η B′ / B: k small steps of SGD and one large one come to about
 * the same place, as long as the gradient does not change much. It wants a warm-up.
 *
 * @throws RangeError when a number is not positive
 *
 * @example
 * linearScaling({ learningRate: 0.1, batchSize: 256, to: 8192 }) // 3.2
 */
export function linearScaling({ learningRate, batchSize, to }: ScalingOptions): number {
  return learningRate * timesTheBatch(learningRate, batchSize, to)
}

/**
 * The square-root scaling rule, η √(B′ / B): the noise of a step stays as it is (Krizhevsky 2014, One weird trick, section
 * 5); it is LAMB's. The number of warm-up epochs grows by B′ / B with it, which are as many steps as before.
 *
 * @throws RangeError when a number is not positive
 *
 * @example
 * squareRootScaling({ learningRate: 0.1, batchSize: 512, to: 32768 }) // 0.8
 */
export function squareRootScaling({ learningRate, batchSize, to }: ScalingOptions): number {
  return learningRate * Math.sqrt(timesTheBatch(learningRate, batchSize, to))
}

function timesTheBatch(learningRate: number, batchSize: number, to: number): number {
  checkPositive('learningRate', learningRate)
  checkPositive('batchSize', batchSize)
  checkPositive('to', to)
  return to / batchSize
}
