import * as tf from '@tensorflow/tfjs'
import { checkNotNegative } from './checks.ts'
import { globalNorm } from './norms.ts'
import type { Rule } from './rule.ts'

export interface SamOptions {
  /** ρ ≥ 0, how far away the gradient is taken, in units of θ. Default 0.05. */
  readonly rho?: number
}

/**
 * Sharpness-aware minimisation over any rule (Foret, Kleiner, Mobahi and Neyshabur 2021, algorithm 1): the gradient is
 * taken where the loss is about highest within a distance of ρ, and used at θ,
 *
 *   ε = ρ g / ‖g‖,   g′ = ∇L(θ + ε),   θ ← what the base makes of θ and g′.
 *
 * It costs two gradients a step. `optimizer` takes them both, on the same batch. With ρ = 0 it is its base, bit for bit.
 * What a layer does at each call, such as batch normalisation's averages, it does at both points. A pure `update` is given g′: the parameters to take it at are `perturb`'s.
 *
 * @throws RangeError when ρ is negative or not finite, or the base already takes its gradient elsewhere
 *
 * @example
 * const theta = tf.variable(tf.scalar(1))
 * optimizer(sam(sgd(), { rho: 0.5 }), 0.1).minimize(() => theta.square())
 * theta // 0.7: the gradient at 1.5 is 3
 */
export function sam(base: Rule, { rho = 0.05 }: SamOptions = {}): Rule {
  checkNotNegative('rho', rho)
  refusePerturbed('SAM', base)
  return Object.freeze<Rule>({
    ...base,
    name: `SAM (ρ=${rho}) over ${base.name}`,
    config: { rule: 'sam', rho, base: base.config },
    perturb: (parameters, gradients) =>
      tf.tidy(() => {
        const scale = reach(rho, gradients)
        return parameters.map((parameter, i) => parameter.add(scale.mul(gradients[i] ?? 0)))
      }),
  })
}

/** ρ / ‖g‖, finite where there is no gradient. */
export function reach(rho: number, gradients: readonly tf.Tensor[]): tf.Tensor {
  return tf.scalar(rho).div(globalNorm(gradients).add(1e-12))
}

export function refusePerturbed(name: string, base: Rule): void {
  if (base.perturb === undefined) return
  throw new RangeError(
    `${name} over ${base.name}: the gradient cannot be taken at two other points; take one of them`,
  )
}
