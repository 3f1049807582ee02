import * as tf from '@tensorflow/tfjs'
import { checkNotNegative, checkPositive } from './checks.ts'
import type { Rule } from './rule.ts'
import { reach, refusePerturbed } from './sam.ts'
import { checkSelection, describeSelection, selected, type Selection } from './selection.ts'

export interface AsamOptions {
  /** ρ ≥ 0, how far away the gradient is taken, as a part of θ. Default 0.5. */
  readonly rho?: number
  /** η of the normalisation, positive: what |θ| is at least taken to be. Default 0.01. */
  readonly floor?: number
  /** Parameters with T = 1. Default 'none'; the authors' code has biases there: 'vectors'. */
  readonly exclude?: Selection
}

/**
 * Adaptive sharpness-aware minimisation over any rule (Kwon, Kim, Park and Choi 2021, equation 7 and algorithm 1): `sam`,
 * with a distance that does not change where a network is rescaled,
 *
 *   T = |θ| + η, number by number,   ε = ρ T² g / ‖T g‖,   g′ = ∇L(θ + ε).
 *
 * It costs two gradients a step; with ρ = 0 it is its base, bit for bit.
 *
 * @throws RangeError when ρ is negative, η is not positive, the selection is unknown, or the base already takes its
 *   gradient elsewhere
 *
 * @example
 * const theta = tf.variable(tf.scalar(2))
 * optimizer(asam(sgd(), { rho: 0.5, floor: 1e-9 }), 0.1).minimize(() => theta.square())
 * theta // 1.4: the gradient at 2 + 0.5 · 2 is 6
 */
export function asam(base: Rule, { rho = 0.5, floor = 0.01, exclude = 'none' }: AsamOptions = {}): Rule {
  checkNotNegative('rho', rho)
  checkPositive('floor', floor)
  checkSelection('exclude', exclude)
  refusePerturbed('ASAM', base)
  const excluded = exclude === 'none' ? '' : `, T=1 for ${describeSelection(exclude)}`
  return Object.freeze<Rule>({
    ...base,
    name: `ASAM (ρ=${rho}, η=${floor}${excluded}) over ${base.name}`,
    config: { rule: 'asam', rho, floor, exclude, base: base.config },
    perturb: (parameters, gradients) =>
      tf.tidy(() => {
        const isExcluded = selected(exclude, parameters)
        const sizes = parameters.map((parameter, i) =>
          isExcluded[i] === true ? tf.scalar(1) : parameter.abs().add(floor),
        )
        const scaled = sizes.map((size, i) => size.mul(gradients[i] ?? 0))
        const scale = reach(rho, scaled)
        return parameters.map((parameter, i) => parameter.add(scale.mul(scaled[i] ?? 0).mul(sizes[i] ?? 0)))
      }),
  })
}
