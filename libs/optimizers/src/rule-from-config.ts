import type * as tf from '@tensorflow/tfjs'
import { accumulate } from './accumulate.ts'
import { adam } from './adam.ts'
import { adamW } from './adam-w.ts'
import { asam, type AsamOptions } from './asam.ts'
import { checkUsed } from './checks.ts'
import { clipByNorm } from './clip-by-norm.ts'
import { conservative } from './conservative.ts'
import { heavyBall } from './heavy-ball.ts'
import { lamb } from './lamb.ts'
import { lars } from './lars.ts'
import { nesterov } from './nesterov.ts'
import { perturbed, type PerturbedOptions } from './perturbed.ts'
import { rmsprop } from './rmsprop.ts'
import type { Rule } from './rule.ts'
import { sam } from './sam.ts'
import { sgd } from './sgd.ts'

/**
 * The rule that some plain data describes: `rule` is its name, the rest are its options, and `base` is what it stands on.
 *
 * @throws RangeError when the rule is unknown, or an option out of its range
 *
 * @example
 * const rule = ruleFromConfig({ rule: 'sam', rho: 0.1, base: { rule: 'sgd' } })
 * rule.name // 'SAM (ρ=0.1) over SGD'
 */
export function ruleFromConfig(config: tf.serialization.ConfigDict): Rule {
  const name = JSON.stringify(config['rule'] ?? null)
  const made = makers.get(name)
  if (made === undefined)
    throw new RangeError(`rule is ${name}; it must be one of ${[...makers.keys()].join(', ')}`)
  const rule = made(config)
  checkUsed(`the rule ${name}`, config, { ...rule.config, base: 0 })
  return rule
}

/** By their names in JSON: the value may be anything. */
const makers: ReadonlyMap<string, (config: tf.serialization.ConfigDict) => Rule> = new Map(
  Object.entries({
    sgd,
    heavyBall,
    nesterov,
    rmsprop,
    adam,
    adamW,
    lars,
    lamb,
    sam: config => sam(baseOf(config), config),
    asam: config => asam(baseOf(config), config as AsamOptions),
    clipByNorm: config => clipByNorm(baseOf(config), config['limit'] as number),
    conservative: config => conservative(baseOf(config), config),
    perturbed: config => perturbed(baseOf(config), config as unknown as PerturbedOptions),
    accumulate: config => accumulate(baseOf(config), config['every'] as number),
  } satisfies Record<string, (config: tf.serialization.ConfigDict) => Rule>).map(([name, make]) => [
    JSON.stringify(name),
    make,
  ]),
)

function baseOf({ rule, base }: tf.serialization.ConfigDict): Rule {
  if (typeof base !== 'object' || base === null) {
    throw new RangeError(`the rule ${JSON.stringify(rule)} stands on another: give it as base`)
  }
  return ruleFromConfig(base as tf.serialization.ConfigDict)
}
