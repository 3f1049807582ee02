import { checkNotNegative, checkPositive } from '../checks.ts'
import { defineSchedule, type Schedule } from './schedule.ts'

/** How long: in steps, or in epochs of so many steps each. */
export type WarmUpLength =
  { readonly steps: number } | { readonly epochs: number; readonly stepsPerEpoch: number }

export type WarmUpOptions = WarmUpLength & {
  /** The first rate as a part of the schedule's, from 0 to 1. Default 1 / (W + 1): W + 1 equal steps from 0. */
  readonly from?: number
}

/**
 * A linear rise before a schedule (Goyal et al. 2017, section 2.2), of W steps,
 *
 *   η(t) = η′(0) (f + (1 − f) t / W) for t < W,   η′(t − W) from then on,
 *
 * with η′ the schedule, or a constant rate. Goyal et al. start at the rate before scaling: f = 1 / k for k times the
 * batch. The same as PyTorch's LinearLR with start_factor f, and the schedule after it.
 *
 * @param after the schedule, or a rate
 * @throws RangeError when the length is not positive, or f is not in [0, 1]
 *
 * @example
 * const rate = warmUp(0.8, { epochs: 3, stepsPerEpoch: 1 })
 * rate(0) // 0.2
 * rate(3) // 0.8
 */
export function warmUp(after: number | Schedule, options: WarmUpOptions): Schedule {
  const steps = lengthOf(options)
  const { from = 1 / (steps + 1) } = options
  if (!(from >= 0 && from <= 1)) throw new RangeError(`from is ${from}; it must be a part from 0 to 1`)
  if (typeof after === 'number') checkNotNegative('the rate after the warm-up', after)
  const rateAfter = typeof after === 'number' ? () => after : after
  const rateAt = (step: number): number =>
    step < steps ? rateAfter(0) * (from + ((1 - from) * step) / steps) : rateAfter(step - steps)
  const inner = typeof after === 'number' ? after : after.config
  // A schedule without settings makes one without.
  return inner === undefined
    ? rateAt
    : defineSchedule({ schedule: 'warmUp', after: inner, steps, from }, rateAt)
}

function lengthOf(length: WarmUpLength): number {
  if ('steps' in length) {
    checkPositive('steps', length.steps)
    return length.steps
  }
  checkPositive('epochs', length.epochs)
  checkPositive('stepsPerEpoch', length.stepsPerEpoch)
  return length.epochs * length.stepsPerEpoch
}
