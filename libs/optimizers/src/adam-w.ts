import * as tf from '@tensorflow/tfjs'
import { checkMoments, correction, describeMoments, type MomentsOptions, nextMoments } from './moments.ts'
import { defineRule, onceEach, type Rule } from './rule.ts'
import { checkWeightDecay, decays, describeDecay, type WeightDecay, weightDecayConfig } from './selection.ts'

export interface AdamWOptions extends MomentsOptions {
  /** λ. Default 0.01, of all parameters; `exceptVectors(0.01)` leaves out biases and gains. */
  readonly weightDecay?: WeightDecay
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), with m̂ and v̂ as in `adam`,
 *
 *   θ ← θ − η (m̂ / (√v̂ + ε) + λθ).
 *
 * The same as `torch.optim.AdamW`: the paper's η α as one rate, so that a schedule scales the decay too. ε is 10⁻⁸ by
 * default.
 *
 * @throws RangeError when a β is not in [0, 1), ε is not positive, or λ is negative or not finite
 * @throws RangeError (of a step) when a group is selected by names that no parameter has
 *
 * @example
 * const theta = tf.variable(tf.scalar(10))
 * optimizer(adamW({ weightDecay: 0.1 }), 0.1).minimize(() => theta.square())
 * theta // 9.8: 0.1 of Adam, and 0.1 · 0.1 · 10 of the decay
 */
export function adamW({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
}: AdamWOptions = {}): Rule<'m' | 'v'> {
  const options = { beta1, beta2, epsilon }
  checkMoments(options)
  checkWeightDecay(weightDecay)
  return defineRule({
    name: `AdamW (${describeMoments(options)}${describeDecay(weightDecay)})`,
    config: { rule: 'adamW', ...options, weightDecay: weightDecayConfig(weightDecay) },
    slots: ['m', 'v'],
    prepare: (parameters, _, { learningRate, step, constant }) => {
      const corrected = correction(step, options)
      const rate = corrected.scale.mul(learningRate)
      const kept = onceEach(lambda => tf.sub(1, learningRate.mul(lambda)))
      const lambdas = decays(weightDecay, parameters)
      return (parameter, gradient, state, place) => {
        const { m, v } = nextMoments(state, gradient, options, constant)
        const change = m.div(v.sqrt().add(corrected.epsilon)).mul(rate)
        const lambda = lambdas[place] ?? 0
        const decayed = lambda === 0 ? parameter : parameter.mul(kept(lambda))
        return { parameter: decayed.sub(change), state: { m, v } }
      }
    },
  })
}
