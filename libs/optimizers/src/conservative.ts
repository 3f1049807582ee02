import * as tf from '@tensorflow/tfjs'
import { checkNotNegative, checkWhole } from './checks.ts'
import { checkTensors, type Rule } from './rule.ts'

export interface ConservativeOptions {
  /** γ ≥ 0, how strongly θ is held where the batch found it, in units of the curvature. Default 0.001. */
  readonly strength?: number
  /** How many steps of the base a batch, a whole number from 1 on. Default 3. */
  readonly steps?: number
}

/**
 * Conservative, or proximal, training over any rule (Li, Zhang, Chen and Smola 2014, Efficient mini-batch training for
 * stochastic optimization): each batch B is used for more than one step, and θ is held near θ_B, where it was when the
 * batch came,
 *
 *   θ ← about argmin_w  L_B(w) + ½γ‖w − θ_B‖²,   by `steps` steps of the base with the gradient   g + γ (θ − θ_B).
 *
 * Keskar et al. 2016 (arXiv 1609.04836, attempts to improve large-batch methods) take 3 steps of Adam with γ = 10⁻³, as the
 * defaults are. What the base remembers goes on from batch to batch, as without this. With γ = 0 it is the base, given each
 * batch `steps` times.
 *
 * The caller gives each batch `steps` times, one after the other: `passes` says how often. A schedule counts batches.
 * `iterations` of an optimiser counts calls. Over `sam` the penalty is taken at θ, not where the gradient is taken.
 *
 * @throws RangeError when γ is negative or not finite, `steps` is not a whole number from 1 on, or the base takes each batch
 *   several times already
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * const descent = optimizer(conservative(sgd(), { strength: 1, steps: 2 }), 0.25)
 * descent.minimize(() => theta.square().mul(0.5)) // to 0.75: the penalty has no slope at first
 * descent.minimize(() => theta.square().mul(0.5)) // the gradient is 0.75 − 0.25
 * theta // 0.625
 */
export function conservative(base: Rule, { strength = 0.001, steps = 3 }: ConservativeOptions = {}): Rule {
  checkNotNegative('strength', strength)
  checkWhole('steps', steps, 1)
  if (base.passes > 1)
    throw new RangeError(`conservative: ${base.name} already takes each batch ${base.passes} times`)
  const name = `${base.name}, conservative (γ=${strength}, ${steps} steps a batch)`
  const slots = [...base.slots, ANCHOR]
  const period = steps * base.period
  return Object.freeze<Rule>({
    ...base,
    name,
    config: { rule: 'conservative', strength, steps, base: base.config },
    slots,
    passes: steps,
    period,
    update: (parameters, gradients, state, inputs) => {
      checkTensors({ name, slots }, parameters, gradients, state)
      return tf.tidy(() => {
        const isFirst = inputs.step.sub(1).mod(period).equal(0)
        const anchors = parameters.map((parameter, i) =>
          tf.where(isFirst, parameter, state[i]?.[ANCHOR] ?? 0),
        )
        const held = parameters.map((parameter, i) =>
          tf.add(gradients[i] ?? 0, parameter.sub(anchors[i] ?? 0).mul(strength)),
        )
        const next = base.update(parameters, held, state, inputs)
        return {
          parameters: next.parameters,
          state: anchors.map((anchor, i) => ({ ...next.state[i], [ANCHOR]: anchor })),
        }
      })
    },
  })
}

const ANCHOR = 'anchor'
