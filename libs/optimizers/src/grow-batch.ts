import { checkPositive, checkWhole } from './checks.ts'
import type { Schedule } from './schedules/schedule.ts'

export interface GrowBatchOptions {
  /** B₀, the batch size at first: a whole number. */
  readonly batchSize: number
  /** The largest batch size, at least B₀: the size of the data, or what fits into memory. */
  readonly most: number
}

/** What to train with at a time. */
export interface GrownBatch {
  readonly batchSize: number
  readonly learningRate: number
}

/**
 * Growing the batch instead of decaying the rate (Smith, Kindermans, Ying and Le 2018, section 3): where a schedule η(t)
 * would make the rate smaller, the batch is made larger, so that the noise scale ηN/B is as the schedule has it,
 *
 *   B(t) = min(most, round(B₀ η(0) / η(t))),   the rate = η(t) B(t) / B₀.
 *
 * So the rate stays η(0), but for the rounding, until the batch can grow no more, and from then on decays. Where the
 * schedule is above η(0), so is the rate: a warm-up would have to be put before what this gives.
 *
 * @param schedule over what does not depend on the batch: epochs, or examples seen
 * @returns from t to the batch size and the rate
 * @throws RangeError when a size is not a whole number from 1 on, `most` is below `batchSize`, or the
 *   first rate is not positive
 *
 * @example
 * const grow = growBatch(stepDecay({ learningRate: 0.1, factor: 0.2, every: 60 }), { batchSize: 128, most: 1000 })
 * grow(60).batchSize // 640
 * grow(60).learningRate // 0.1
 * grow(120).batchSize // 1000
 */
export function growBatch(
  schedule: Schedule,
  { batchSize, most }: GrowBatchOptions,
): (time: number) => GrownBatch {
  checkWhole('batchSize', batchSize, 1)
  checkWhole('most', most, batchSize)
  const first = schedule(0)
  checkPositive('the first rate of the schedule', first)
  return time => {
    const rate = schedule(time)
    // A rate of 0 asks for no noise at all.
    const wanted = Math.max(batchSize, Math.round(batchSize * (first / rate)))
    const grown = Math.min(most, wanted)
    return { batchSize: grown, learningRate: (rate * grown) / batchSize }
  }
}
