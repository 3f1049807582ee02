import { checkFraction } from './checks.ts'
import { defineRule, type Rule } from './rule.ts'
import { checkWeightDecay, decays, describeDecay, weightDecayConfig } from './selection.ts'
import { penalised, type SgdOptions } from './sgd.ts'

export interface MomentumOptions extends SgdOptions {
  /** μ, the part of the velocity that stays, from 0 on and below 1. Default 0.9. */
  readonly momentum?: number
}

/**
 * Gradient descent with momentum: Polyak's heavy ball (1964, Some methods of speeding up the convergence of iteration
 * methods),
 *
 *   v ← μv + g + λθ,   θ ← θ − ηv,   v = 0 at first.
 *
 * The rate comes after the momentum, as in `torch.optim.SGD`: a rate that changes holds at once for all of v.
 *
 * @throws RangeError when μ is not in [0, 1), or λ is negative or not finite
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * const descent = optimizer(heavyBall({ momentum: 0.5 }), 0.1)
 * descent.minimize(() => theta.square()) // the velocity is 2
 * descent.minimize(() => theta.square()) // the velocity is 1 + 1.6
 * theta // 0.54
 */
export function heavyBall({ momentum = 0.9, weightDecay = 0 }: MomentumOptions = {}): Rule<'velocity'> {
  checkFraction('momentum', momentum)
  checkWeightDecay(weightDecay)
  return defineRule({
    name: `heavy ball (μ=${momentum}${describeDecay(weightDecay)})`,
    config: { rule: 'heavyBall', momentum, weightDecay: weightDecayConfig(weightDecay) },
    slots: ['velocity'],
    prepare: (parameters, _, { learningRate, constant }) => {
      const lambdas = decays(weightDecay, parameters)
      return (parameter, gradient, state, place) => {
        const velocity = state.velocity
          .mul(constant(momentum))
          .add(penalised(gradient, parameter, lambdas[place], constant))
        return { parameter: parameter.sub(velocity.mul(learningRate)), state: { velocity } }
      }
    },
  })
}
