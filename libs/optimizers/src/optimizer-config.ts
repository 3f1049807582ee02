import type * as tf from '@tensorflow/tfjs'
import type { Rule } from './rule.ts'
import { ruleFromConfig } from './rule-from-config.ts'
import { scheduleFromConfig } from './schedule-from-config.ts'
import type { Schedule } from './schedules/schedule.ts'

/** What makes an optimiser. */
export interface OptimizerSettings {
  readonly rule: Rule
  readonly learningRate: number | Schedule
}

/**
 * Rule and rate as plain data: as JSON under `name`, since that is the only text which TensorFlow.js leaves as it is when
 * it loads a model (it makes 'layer_norm' to 'layerNorm').
 */
export function optimizerConfig(rule: Rule, learningRate: number | Schedule): tf.serialization.ConfigDict {
  const rate = typeof learningRate === 'number' ? learningRate : learningRate.config
  if (rate === undefined) {
    throw new Error(
      'the schedule of the learning rate is a function of its own, which cannot be saved: use one of this package, or ' +
        'save without the optimizer (includeOptimizer: false)',
    )
  }
  return { name: JSON.stringify({ rule: rule.config, learningRate: rate }) }
}

/** @throws RangeError when it is no such data */
export function optimizerSettings({ name }: tf.serialization.ConfigDict): OptimizerSettings {
  const { rule, learningRate } = parsed(name)
  if (typeof rule !== 'object') throw new RangeError(`no optimizer's settings: ${JSON.stringify(name)}`)
  return {
    rule: ruleFromConfig(rule as tf.serialization.ConfigDict),
    learningRate:
      typeof learningRate === 'number'
        ? learningRate
        : scheduleFromConfig(learningRate as tf.serialization.ConfigDict),
  }
}

function parsed(text: unknown): Record<string, unknown> {
  if (typeof text !== 'string')
    throw new RangeError("no optimizer's settings: they have a text as their name")
  return JSON.parse(text) as Record<string, unknown>
}
