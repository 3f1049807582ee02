import { checkPositive, checkWhole } from '../checks.ts'
import { cosineBetween } from './cosine.ts'
import { defineSchedule, type Schedule } from './schedule.ts'

export interface OneCycleOptions {
  /** η, the highest rate, positive. */
  readonly learningRate: number
  /** T, the steps of the whole cycle, at least 3; after them the rate stays. */
  readonly steps: number
  /** The part of the steps in which the rate rises, above 0 and below 1. Default 0.3. */
  readonly rising?: number
  /** The first rate is η / this. Default 25. */
  readonly divide?: number
  /** The last rate is the first / this. Default 10⁴. */
  readonly divideLast?: number
}

/**
 * One cycle (Smith and Topin 2018, Super-Convergence): half a cosine up to the highest rate, and half a cosine down to
 * almost none. The same as `torch.optim.lr_scheduler.OneCycleLR`: the highest rate is at step rising · T − 1, the last at
 * step T − 1. The momentum, which goes the other way there, stays.
 *
 * @throws RangeError when an option is out of its range
 *
 * @example
 * const cycle = oneCycle({ learningRate: 1, steps: 10 })
 * cycle(0) // 0.04
 * cycle(2) // 1
 * cycle(9) // 0.000004
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { learningRate, steps, rising = 0.3, divide = 25, divideLast = 1e4 } = options
  checkPositive('learningRate', learningRate)
  checkWhole('steps', steps, 3)
  checkPositive('divide', divide)
  checkPositive('divideLast', divideLast)
  const top = rising * steps - 1
  if (!(top > 0 && rising < 1)) {
    throw new RangeError(
      `rising is ${rising}; it must be above ${1 / steps} (one of ${steps} steps) and below 1`,
    )
  }
  const first = learningRate / divide
  const last = first / divideLast
  return defineSchedule({ schedule: 'oneCycle', learningRate, steps, rising, divide, divideLast }, step =>
    step <= top
      ? cosineBetween(first, learningRate, step / top)
      : cosineBetween(learningRate, last, Math.min(1, (step - top) / (steps - 1 - top))),
  )
}
