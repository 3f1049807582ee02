import { checkFraction, checkPositive } from './checks.ts'
import { movingAverage } from './moments.ts'
import { defineRule, type Rule } from './rule.ts'

export interface RmspropOptions {
  /** ρ, the decay of the average of squares, from 0 on and below 1. Default 0.99. */
  readonly decay?: number
  /** ε, positive. Default 10⁻⁸. */
  readonly epsilon?: number
}

/**
 * RMSProp (Tieleman and Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning),
 *
 *   s ← ρs + (1 − ρ) g²,   θ ← θ − η g / (√s + ε),   s = 0 at first.
 *
 * The same as `torch.optim.RMSprop`. `tf.train.rmsprop` has √(s + ε), and ρ = 0.9.
 *
 * @throws RangeError when ρ is not in [0, 1), or ε is not positive
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * optimizer(rmsprop({ decay: 0.75 }), 0.1).minimize(() => theta.square())
 * theta // 0.8: the first step is η / √(1 − ρ) long
 */
export function rmsprop({ decay = 0.99, epsilon = 1e-8 }: RmspropOptions = {}): Rule<'squares'> {
  checkFraction('decay', decay)
  checkPositive('epsilon', epsilon)
  return defineRule({
    name: `RMSProp (ρ=${decay}, ε=${epsilon})`,
    config: { rule: 'rmsprop', decay, epsilon },
    slots: ['squares'],
    prepare:
      (_, __, { learningRate, constant }) =>
      (parameter, gradient, state) => {
        const squares = movingAverage(state.squares, gradient.square(), decay, constant)
        const scaled = gradient.div(squares.sqrt().add(constant(epsilon)))
        return { parameter: parameter.sub(scaled.mul(learningRate)), state: { squares } }
      },
  })
}
