import { checkFraction } from './checks.ts'
import type { MomentumOptions } from './heavy-ball.ts'
import { defineRule, type Rule } from './rule.ts'
import { checkWeightDecay, decays, describeDecay, weightDecayConfig } from './selection.ts'
import { penalised } from './sgd.ts'

/**
 * Nesterov's momentum (1983), in the form of Sutskever, Martens, Dahl and Hinton 2013 (On the importance of initialization
 * and momentum in deep learning, equations 3–4), with θ the point at which the gradient is taken,
 *
 *   g′ = g + λθ,   v ← μv + g′,   θ ← θ − η (g′ + μv),   v = 0 at first.
 *
 * The same as `torch.optim.SGD` with `nesterov=True`.
 *
 * @throws RangeError when μ is not in [0, 1), or λ is negative or not finite
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * optimizer(nesterov({ momentum: 0.5 }), 0.1).minimize(() => theta.square())
 * theta // 0.7
 */
export function nesterov({ momentum = 0.9, weightDecay = 0 }: MomentumOptions = {}): Rule<'velocity'> {
  checkFraction('momentum', momentum)
  checkWeightDecay(weightDecay)
  return defineRule({
    name: `Nesterov (μ=${momentum}${describeDecay(weightDecay)})`,
    config: { rule: 'nesterov', momentum, weightDecay: weightDecayConfig(weightDecay) },
    slots: ['velocity'],
    prepare: (parameters, _, { learningRate, constant }) => {
      const lambdas = decays(weightDecay, parameters)
      return (parameter, gradient, state, place) => {
        const full = penalised(gradient, parameter, lambdas[place], constant)
        const velocity = state.velocity.mul(constant(momentum)).add(full)
        const ahead = full.add(velocity.mul(constant(momentum)))
        return { parameter: parameter.sub(ahead.mul(learningRate)), state: { velocity } }
      }
    },
  })
}
