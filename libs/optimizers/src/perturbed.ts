import { statelessUniform } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkPositive, checkWhole } from './checks.ts'
import { globalNorm } from './norms.ts'
import type { Rule } from './rule.ts'

export interface PerturbedOptions {
  /** g_thres: θ is pushed where ‖g‖ is at most this. */
  readonly gradientThreshold: number
  /** r, the radius of the ball of pushes, in units of θ. */
  readonly radius: number
  /** Steps between two pushes: they come at steps that are multiples of it. Default 10. */
  readonly wait?: number
  /** Of the pushes, a whole number below 2³¹. Default 0. */
  readonly seed?: number
}

/**
 * Any rule that is pushed where the gradient is small, so that it leaves saddles by chance (Jin, Ge, Netrapalli, Kakade and
 * Jordan 2017, How to Escape Saddle Points Efficiently, algorithm 1),
 *
 *   θ ← what the base makes of θ and g, and where ‖g‖ ≤ g_thres   θ ← θ + ξ,   ξ uniform in the ball of radius r.
 *
 * The paper's base is plain descent; there a push and the step after it are one. With the gradients of batches ‖g‖ is
 * that of a batch. The pushes follow from seed and step alone, so that they are the same in a compiled step. `wait` has to be
 * long enough for a push to grow; the paper's test whether one did not help, which ends its algorithm, is left out. See
 * `perturbedGradientDescent` of @flatland/hessian for an objective over a whole data set, with defaults of its own scale.
 *
 * @throws RangeError when a number is not positive and finite, or `wait` or `seed` not whole
 *
 * @example
 * const w = tf.variable(tf.tensor1d([0, 0])) // a saddle of (1 − w₁w₂)²
 * const descent = optimizer(perturbed(sgd(), { gradientThreshold: 0.01, radius: 0.01 }), 0.1)
 * for (let step = 0; step < 100; step++) descent.minimize(() => tf.sub(1, w.prod()).square())
 * w.prod() // 1.0: it has left, and comes back from each later push
 */
export function perturbed(base: Rule, options: PerturbedOptions): Rule {
  const { gradientThreshold, radius, wait = 10, seed = 0 } = options
  checkPositive('gradientThreshold', gradientThreshold)
  checkPositive('radius', radius)
  checkWhole('wait', wait, 1)
  checkWhole('seed', seed, 0)
  if (seed >= 2 ** 31) throw new RangeError(`seed is ${seed}; it must be below 2³¹`)
  return Object.freeze<Rule>({
    ...base,
    name: `${base.name}, pushed by ${radius} where ‖g‖ ≤ ${gradientThreshold}, each ${wait} steps at most`,
    config: { rule: 'perturbed', gradientThreshold, radius, wait, seed, base: base.config },
    update: (parameters, gradients, state, inputs) =>
      tf.tidy(() => {
        const next = base.update(parameters, gradients, state, inputs)
        const isDue = inputs.step.mod(tf.scalar(wait)).equal(0)
        const isSmall = globalNorm(gradients).lessEqual(gradientThreshold)
        const length = isDue.logicalAnd(isSmall).toFloat().mul(radius)
        const pushes = inUnitBall(parameters, seed, inputs.step)
        // Scalars that are exact zeros leave every bit of θ.
        return {
          ...next,
          parameters: next.parameters.map((theta, i) => theta.add(length.mul(pushes[i] ?? 0))),
        }
      }),
  })
}

/** Uniform in the unit ball of all parameters as one vector: a normal direction, and the n-th root of a uniform number. */
function inUnitBall(parameters: readonly tf.Tensor[], seed: number, step: tf.Tensor): tf.Tensor[] {
  const draws = 2 * parameters.length + 1
  const first = step.toInt().mul(tf.scalar(draws, 'int32'))
  const uniform = (shape: readonly number[], draw: number): tf.Tensor => {
    const place = first.add(tf.scalar(draw, 'int32')).asScalar()
    return statelessUniform(shape, tf.stack([tf.scalar(seed, 'int32'), place]))
  }
  // Box and Muller; 1 − u is never 0.
  const normals = parameters.map(({ shape }, i) => {
    const [u, v] = [uniform(shape, 2 * i), uniform(shape, 2 * i + 1)]
    return tf.sub(1, u).log().mul(-2).sqrt().mul(v.mul(2 * Math.PI).cos()) // prettier-ignore
  })
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0)
  const scale = uniform([], draws - 1).pow(tf.scalar(1 / size)).div(globalNorm(normals)) // prettier-ignore
  return normals.map(normal => normal.mul(scale))
}
