import * as tf from '@tensorflow/tfjs'
import { checkWhole } from './checks.ts'
import { checkTensors, recordOf, type Rule } from './rule.ts'

/**
 * Any rule on the mean gradient of several calls, so that a batch that does not fit is worked off in micro-batches: the
 * parameters and what the base remembers change at each `every`-th call only,
 *
 *   s ← s + g / every;   at every `every`-th call: θ ← what the base makes of θ and s,   s ← 0.
 *
 * With micro-batches of one size and a loss that is a mean over examples, s is the gradient of the whole batch. What the
 * base does is computed at each call, and chosen by `where`: a few passes over the parameters, which is little beside the
 * gradient of a micro-batch of many examples.
 *
 * Over `conservative` all micro-batches of a batch are given, then all again. A schedule counts batches. `iterations` of an
 * optimiser counts calls.
 *
 * @param every how many micro-batches, a whole number from 1 on
 * @throws RangeError on any other number, or when the base already accumulates
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * const descent = optimizer(accumulate(sgd(), 2), 0.5)
 * descent.minimize(() => theta.mul(1))
 * descent.minimize(() => theta.mul(2))
 * theta // 0.25: one step along the mean gradient, 1.5
 */
export function accumulate(base: Rule, every: number): Rule {
  checkWhole('every', every, 1)
  if (base.period > base.passes) throw new RangeError(`accumulate: ${base.name} already accumulates`)
  const name = `${base.name}, over ${every} micro-batches`
  const slots = [...base.slots, SUM]
  return Object.freeze<Rule>({
    ...base,
    name,
    config: { rule: 'accumulate', every, base: base.config },
    slots,
    period: every * base.period,
    update: (parameters, gradients, state, { learningRate, step, observe }) => {
      checkTensors({ name, slots }, parameters, gradients, state)
      return tf.tidy(() => {
        const isLast = step.mod(every).equal(0)
        const sums =
          observe === undefined
            ? state.map((own, i) => tf.add(own[SUM] ?? 0, tf.div(gradients[i] ?? 0, every)))
            : gradients
        // Where it is no whole number nothing is made of it, but for a look, which is at the batch that begins.
        const inputs = { learningRate, step: step.div(every).ceil(), observe }
        const next = base.update(parameters, sums, state, inputs)
        const choose = (changed: tf.Tensor | undefined, old: tf.Tensor | undefined): tf.Tensor =>
          tf.where(isLast, changed ?? 0, old ?? 0)
        return {
          parameters: parameters.map((old, i) => choose(next.parameters[i], old)),
          state: state.map((old, i) => ({
            ...recordOf(base.slots, slot => choose(next.state[i]?.[slot], old[slot])),
            [SUM]: choose(tf.zerosLike(parameters[i] ?? 0), sums[i]),
          })),
        }
      })
    },
  })
}

const SUM = 'sum'
