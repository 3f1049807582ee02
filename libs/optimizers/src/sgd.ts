import type * as tf from '@tensorflow/tfjs'
import { type Constants, defineRule, type Rule } from './rule.ts'
import { checkWeightDecay, decays, describeDecay, type WeightDecay, weightDecayConfig } from './selection.ts'

export interface SgdOptions {
  /** λ of an L2 penalty ½λ‖θ‖², which is added to the gradient. Default 0. */
  readonly weightDecay?: WeightDecay
}

/**
 * Stochastic gradient descent (Robbins and Monro 1951),
 *
 *   θ ← θ − η (g + λθ).
 *
 * It remembers nothing. The same as `torch.optim.SGD`.
 *
 * @throws RangeError when λ is negative or not finite
 *
 * @example
 * const theta = tf.variable(tf.tensor1d([1, -2]))
 * optimizer(sgd(), 0.1).minimize(() => theta.square().sum())
 * theta // [0.8, -1.6]
 */
export function sgd({ weightDecay = 0 }: SgdOptions = {}): Rule<never> {
  checkWeightDecay(weightDecay)
  return defineRule({
    name: `SGD${weightDecay === 0 ? '' : ` (${describeDecay(weightDecay).slice(2)})`}`,
    config: { rule: 'sgd', weightDecay: weightDecayConfig(weightDecay) },
    slots: [],
    prepare: (parameters, _, { learningRate, constant }) => {
      const lambdas = decays(weightDecay, parameters)
      return (parameter, gradient, state, place) => ({
        parameter: parameter.sub(penalised(gradient, parameter, lambdas[place], constant).mul(learningRate)),
        state,
      })
    },
  })
}

/** g + λθ, the gradient with that of ½λ‖θ‖². */
export function penalised(
  gradient: tf.Tensor,
  parameter: tf.Tensor,
  lambda: number | undefined,
  constant: Constants,
): tf.Tensor {
  return lambda ? gradient.add(parameter.mul(constant(lambda))) : gradient
}
