import type * as tf from '@tensorflow/tfjs'
import { checkNotNegative } from '../checks.ts'

/** η of each step: from the number of steps before it, 0 for the first, to a rate. Any such function will do. */
export interface Schedule {
  (step: number): number
  /** All that makes it this schedule, as plain data. Without, an optimiser that uses it cannot be saved in a model. */
  readonly config?: tf.serialization.ConfigDict
}

/** A schedule with its settings, which refuses steps that are not finite numbers from 0 on. */
export function defineSchedule(config: tf.serialization.ConfigDict, rateAt: Schedule): Schedule {
  const schedule = (step: number): number => {
    checkNotNegative('step', step)
    return rateAt(step)
  }
  return Object.freeze(Object.assign(schedule, { config: Object.freeze(config) }))
}
