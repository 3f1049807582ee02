import { checkNotNegative, checkPositive } from '../checks.ts'
import { defineSchedule, type Schedule } from './schedule.ts'

export interface CosineOptions {
  /** η₀, positive. */
  readonly learningRate: number
  /** T, positive: the steps until the end, from which on the rate stays. */
  readonly steps: number
  /** η₁, the rate at the end, from 0 on. Default 0. */
  readonly end?: number
}

/**
 * Half a cosine from one rate to another (Loshchilov and Hutter 2017, SGDR, equation 5, without restarts),
 *
 *   η(t) = η₁ + ½ (η₀ − η₁) (1 + cos(π min(t, T) / T)).
 *
 * Up to T the same as `torch.optim.lr_scheduler.CosineAnnealingLR`, which rises again after it.
 *
 * @throws RangeError when an option is out of its range
 *
 * @example
 * cosine({ learningRate: 0.4, steps: 100 })(50) // 0.2
 */
export function cosine({ learningRate, steps, end = 0 }: CosineOptions): Schedule {
  checkPositive('learningRate', learningRate)
  checkPositive('steps', steps)
  checkNotNegative('end', end)
  return defineSchedule({ schedule: 'cosine', learningRate, steps, end }, step =>
    cosineBetween(learningRate, end, Math.min(step, steps) / steps),
  )
}

/** From one number (part 0) to another (part 1) along half a cosine. */
export function cosineBetween(from: number, to: number, part: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2
}
