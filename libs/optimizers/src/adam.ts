import { checkMoments, correction, describeMoments, type MomentsOptions, nextMoments } from './moments.ts'
import { defineRule, type Rule } from './rule.ts'

/**
 * Adam (Kingma and Ba 2015, algorithm 1),
 *
 *   m ← β₁m + (1 − β₁) g,   v ← β₂v + (1 − β₂) g²,   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ),
 *   θ ← θ − η m̂ / (√v̂ + ε),   m = v = 0 at first.
 *
 * The same as `torch.optim.Adam`. ε is 10⁻⁸ by default. For weight decay take `adamW`: of an L2 penalty Adam divides
 * away what it is to do.
 *
 * @throws RangeError when a β is not in [0, 1), or ε is not positive
 *
 * @example
 * const theta = tf.variable(tf.tensor1d([1, -5]))
 * optimizer(adam(), 0.1).minimize(() => theta.square().sum())
 * theta // [0.9, -4.9]: the first step is η long, whatever the gradient
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: MomentsOptions = {}): Rule<'m' | 'v'> {
  const options = { beta1, beta2, epsilon }
  checkMoments(options)
  return defineRule({
    name: `Adam (${describeMoments(options)})`,
    config: { rule: 'adam', ...options },
    slots: ['m', 'v'],
    prepare: (_, __, { learningRate, step, constant }) => {
      const corrected = correction(step, options)
      const rate = corrected.scale.mul(learningRate)
      return (parameter, gradient, state) => {
        const { m, v } = nextMoments(state, gradient, options, constant)
        const direction = m.div(v.sqrt().add(corrected.epsilon))
        return { parameter: parameter.sub(direction.mul(rate)), state: { m, v } }
      }
    },
  })
}
