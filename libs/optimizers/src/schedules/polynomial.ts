import { checkNotNegative, checkPositive } from '../checks.ts'
import { defineSchedule, type Schedule } from './schedule.ts'

export interface PolynomialOptions {
  /** η₀, positive. */
  readonly learningRate: number
  /** T, positive: the steps until the end, from which on the rate stays. */
  readonly steps: number
  /** p, positive. Default 1: a line. */
  readonly power?: number
  /** η₁, the rate at the end, from 0 on. Default 0. */
  readonly end?: number
}

/**
 * A polynomial from one rate to another, as LARS and LAMB are run with,
 *
 *   η(t) = η₁ + (η₀ − η₁) (1 − min(t, T) / T)^p.
 *
 * With η₁ = 0 the same as `torch.optim.lr_scheduler.PolynomialLR`.
 *
 * @throws RangeError when an option is out of its range
 *
 * @example
 * polynomial({ learningRate: 0.4, steps: 100 })(75) // 0.1
 */
export function polynomial({ learningRate, steps, power = 1, end = 0 }: PolynomialOptions): Schedule {
  checkPositive('learningRate', learningRate)
  checkPositive('steps', steps)
  checkPositive('power', power)
  checkNotNegative('end', end)
  return defineSchedule(
    { schedule: 'polynomial', learningRate, steps, power, end },
    step => end + (learningRate - end) * (1 - Math.min(step, steps) / steps) ** power,
  )
}
