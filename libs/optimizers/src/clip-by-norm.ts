import * as tf from '@tensorflow/tfjs'
import { checkPositive } from './checks.ts'
import { clipFactor } from './norms.ts'
import type { Rule } from './rule.ts'

/**
 * Any rule on gradients that are clipped by their norm (Pascanu, Mikolov and Bengio 2013, algorithm 1): with g all
 * gradients as one vector,
 *
 *   g ← g · min(1, limit / ‖g‖).
 *
 * A gradient with an infinite or NaN number in it is not mended: parameters become NaN.
 *
 * @param limit positive, in units of the gradient
 * @throws RangeError when the limit is not positive and finite
 *
 * @example
 * const theta = tf.variable(tf.tensor1d([3, 4]))
 * optimizer(clipByNorm(sgd(), 1), 0.5).minimize(() => theta.square().sum())
 * theta // [2.7, 3.6]: the gradient was of length 10
 */
export function clipByNorm(base: Rule, limit: number): Rule {
  checkPositive('limit', limit)
  return Object.freeze<Rule>({
    ...base,
    name: `${base.name}, gradient clipped to ${limit}`,
    config: { rule: 'clipByNorm', limit, base: base.config },
    update: (parameters, gradients, state, inputs) =>
      tf.tidy(() => {
        // What is wrong with the gradients is the base's to say.
        const factor = gradients.length === 0 ? tf.scalar(1) : clipFactor(gradients, limit)
        const clipped = gradients.map(gradient => gradient.mul(factor))
        return { ...base.update(parameters, clipped, state, inputs) }
      }),
  })
}
