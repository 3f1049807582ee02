import { checkPositive } from '../checks.ts'
import { defineSchedule, type Schedule } from './schedule.ts'

export interface StepDecayOptions {
  /** η₀, positive. */
  readonly learningRate: number
  /** γ, positive: what the rate is multiplied by. Default 0.1. */
  readonly factor?: number
  /** k, positive: every how many steps. */
  readonly every: number
}

/**
 * A rate that falls in steps, η(t) = η₀ γ^⌊t / k⌋. The same as `torch.optim.lr_scheduler.StepLR`.
 *
 * @throws RangeError when an option is not positive
 *
 * @example
 * stepDecay({ learningRate: 1, every: 30 })(65) // 0.01
 */
export function stepDecay({ learningRate, factor = 0.1, every }: StepDecayOptions): Schedule {
  checkPositive('learningRate', learningRate)
  checkPositive('factor', factor)
  checkPositive('every', every)
  return defineSchedule(
    { schedule: 'stepDecay', learningRate, factor, every },
    step => learningRate * factor ** Math.floor(step / every),
  )
}
