import type * as tf from '@tensorflow/tfjs'
import { checkUsed } from './checks.ts'
import { cosine, type CosineOptions } from './schedules/cosine.ts'
import { oneCycle, type OneCycleOptions } from './schedules/one-cycle.ts'
import { polynomial, type PolynomialOptions } from './schedules/polynomial.ts'
import type { Schedule } from './schedules/schedule.ts'
import { stepDecay, type StepDecayOptions } from './schedules/step-decay.ts'
import { warmUp, type WarmUpOptions } from './schedules/warm-up.ts'

type Config = tf.serialization.ConfigDict

/**
 * The schedule that some plain data describes: `schedule` is its name, the rest are its options, and `after` is the
 * schedule or the rate that follows a warm-up.
 *
 * @throws RangeError when the schedule is unknown, or an option out of its range
 *
 * @example
 * const schedule = scheduleFromConfig({ schedule: 'cosine', learningRate: 0.4, steps: 100 })
 * schedule(50) // 0.2
 */
export function scheduleFromConfig(config: Config): Schedule {
  const name = JSON.stringify(config['schedule'] ?? null)
  const make = makers.get(name)
  if (make === undefined)
    throw new RangeError(`schedule is ${name}; it must be one of ${[...makers.keys()].join(', ')}`)
  const schedule = make(config)
  checkUsed(`the schedule ${name}`, config, { ...schedule.config, ...(name === '"warmUp"' && IN_EPOCHS) })
  return schedule
}

/** A warm-up in epochs is kept in steps. */
const IN_EPOCHS = { epochs: 0, stepsPerEpoch: 0 }

/** By their names in JSON: the value may be anything. */
const makers: ReadonlyMap<string, (config: Config) => Schedule> = new Map(
  Object.entries({
    stepDecay: config => stepDecay(config as unknown as StepDecayOptions),
    polynomial: config => polynomial(config as unknown as PolynomialOptions),
    cosine: config => cosine(config as unknown as CosineOptions),
    oneCycle: config => oneCycle(config as unknown as OneCycleOptions),
    warmUp: config => warmUp(afterOf(config), config as unknown as WarmUpOptions),
  } satisfies Record<string, (config: Config) => Schedule>).map(([name, make]) => [
    JSON.stringify(name),
    make,
  ]),
)

function afterOf({ after }: Config): number | Schedule {
  if (typeof after === 'number') return after
  if (typeof after === 'object' && after !== null) return scheduleFromConfig(after as Config)
  throw new RangeError('a warm-up needs the rate or the schedule that comes after it: give it as after')
}
