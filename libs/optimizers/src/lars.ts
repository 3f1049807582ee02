import type * as tf from '@tensorflow/tfjs'
import { checkFraction, checkName, checkPositive } from './checks.ts'
import { movingAverage } from './moments.ts'
import { norm, ratioOr } from './norms.ts'
import { type Constants, defineRule, type Rule } from './rule.ts'
import {
  checkSelection,
  checkWeightDecay,
  decays,
  describeDecay,
  describeSelection,
  selected,
  type Selection,
  type WeightDecay,
  weightDecayConfig,
} from './selection.ts'
import { penalised } from './sgd.ts'

/** The algorithms that are called LARS: see `lars`. */
export type LarsVariant = 'you2017' | 'you2019' | 'timm' | 'optax'

export interface LarsOptions {
  /** Default 'you2019'. */
  readonly variant?: LarsVariant
  /** μ, from 0 on and below 1. Default 0.9. */
  readonly momentum?: number
  /** λ. Default 0. */
  readonly weightDecay?: WeightDecay
  /** c. Default 1 for 'you2019', which has none, and 0.001 for the others. */
  readonly trustCoefficient?: number
  /** Parameters whose ratio is 1. Default 'none'. */
  readonly exclude?: Selection
}

/**
 * LARS, layer-wise adaptive rate scaling: each parameter tensor moves by a part of its own norm. With d = g + λθ, the
 * variants are
 *
 *   'you2017' (You, Gitman and Ginsburg 2017, equation 6 and algorithm 1), the rate within the momentum:
 *       r = c ‖θ‖ / (‖g‖ + λ‖θ‖),   v ← μv + η r d,   θ ← θ − v
 *   'you2019' (You et al. 2019, algorithm 1, φ the identity), the ratio of the momentum:
 *       v ← μv + (1 − μ) d,   r = c ‖θ‖ / ‖v‖,   θ ← θ − η r v
 *   'timm' (1.0), as 'you2017' with the rate after the momentum, and r = 1 where λ = 0:
 *       r = c ‖θ‖ / (‖g‖ + λ‖θ‖ + 10⁻⁸),   v ← μv + r d,   θ ← θ − η v
 *   'optax' (0.2), the norm of the sum, the rate within the momentum:
 *       r = c ‖θ‖ / ‖d‖,   v ← μv + η r d,   θ ← θ − v
 *
 * with v = 0 at first, and r = 1 where one of its norms is 0.
 *
 * @throws RangeError when the variant or the selection is unknown, μ is not in [0, 1), c is not positive, or λ is negative
 *
 * @example
 * const theta = tf.variable(tf.tensor1d([3, 4]))
 * optimizer(lars({ momentum: 0 }), 0.1).minimize(() => theta.square().sum())
 * theta // [2.7, 3.6]: a step of 0.1 ‖θ‖
 */
export function lars({
  variant = 'you2019',
  momentum = 0.9,
  weightDecay = 0,
  trustCoefficient,
  exclude = 'none',
}: LarsOptions = {}): Rule<'velocity'> {
  checkName('variant of LARS', variant, Object.keys(steps))
  const coefficient = trustCoefficient ?? (variant === 'you2019' ? 1 : 0.001)
  checkFraction('momentum', momentum)
  checkWeightDecay(weightDecay)
  checkPositive('trustCoefficient', coefficient)
  checkSelection('exclude', exclude)
  const excluded = exclude === 'none' ? '' : `, ratio 1 for ${describeSelection(exclude)}`
  return defineRule({
    name: `LARS, variant ${variant} (μ=${momentum}, c=${coefficient}${describeDecay(weightDecay)}${excluded})`,
    config: {
      rule: 'lars',
      variant,
      momentum,
      weightDecay: weightDecayConfig(weightDecay),
      trustCoefficient: coefficient,
      exclude,
    },
    slots: ['velocity'],
    prepare: (parameters, _, { learningRate, constant, observe }) => {
      const lambdas = decays(weightDecay, parameters)
      const isExcluded = selected(exclude, parameters)
      return (parameter, gradient, state, place) => {
        const lambda = lambdas[place] ?? 0
        const isAdapted = isExcluded[place] !== true && !(variant === 'timm' && lambda === 0)
        const observed = (directionNorm: tf.Tensor, ratio: tf.Tensor): void => {
          observe?.(place, { weightNorm: norm(parameter), directionNorm, ratio })
        }
        if (!isAdapted && observe !== undefined)
          observed(norm(penalised(gradient, parameter, lambda, constant)), constant(1))
        return steps[variant]({
          observed,
          ...{ parameter, gradient, lambda, learningRate, momentum, constant },
          velocity: state.velocity,
          decayed: penalised(gradient, parameter, lambda, constant),
          coefficient: isAdapted ? coefficient : undefined,
        })
      }
    },
  })
}

interface Step {
  readonly parameter: tf.Tensor
  readonly gradient: tf.Tensor
  readonly velocity: tf.Tensor
  /** d = g + λθ */
  readonly decayed: tf.Tensor
  readonly lambda: number
  /** c, or undefined where r = 1. */
  readonly coefficient: number | undefined
  readonly learningRate: tf.Tensor
  readonly momentum: number
  readonly constant: Constants
  /** Told of the ratio, and of the norm of the direction that it scales. */
  readonly observed: (directionNorm: tf.Tensor, ratio: tf.Tensor) => void
}

type Stepped = (step: Step) => {
  readonly parameter: tf.Tensor
  readonly state: { readonly velocity: tf.Tensor }
}

const steps: Readonly<Record<LarsVariant, Stepped>> = {
  you2017: step => rateWithin(step, separateRatio(step, 0)),
  optax: step => rateWithin(step, ratioTo(step, step.decayed)),
  timm: step => {
    const { parameter, velocity, decayed, momentum, learningRate, constant } = step
    const next = velocity.mul(constant(momentum)).add(scaled(decayed, separateRatio(step, 1e-8)))
    return { parameter: parameter.sub(next.mul(learningRate)), state: { velocity: next } }
  },
  you2019: step => {
    const { parameter, velocity, decayed, momentum, learningRate, constant } = step
    const next = movingAverage(velocity, decayed, momentum, constant)
    const rate = scaled(learningRate, ratioTo(step, next))
    return { parameter: parameter.sub(next.mul(rate)), state: { velocity: next } }
  },
}

function rateWithin(
  { parameter, velocity, decayed, momentum, learningRate, constant }: Step,
  ratio: tf.Tensor | undefined,
): ReturnType<Stepped> {
  const next = velocity.mul(constant(momentum)).add(decayed.mul(scaled(learningRate, ratio)))
  return { parameter: parameter.sub(next), state: { velocity: next } }
}

/** c ‖θ‖ / (‖g‖ + λ‖θ‖ + ε) */
function separateRatio(
  { parameter, gradient, lambda, coefficient, constant, observed }: Step,
  epsilon: number,
): tf.Tensor | undefined {
  if (coefficient === undefined) return undefined
  const norms = [norm(parameter), norm(gradient)] as const
  const denominator = norms[1].add(norms[0].mul(constant(lambda))).add(constant(epsilon))
  const ratio = ratioOr(constant(1), norms, norms[0].mul(constant(coefficient)), denominator)
  observed(denominator, ratio)
  return ratio
}

/** c ‖θ‖ / ‖x‖ */
function ratioTo({ parameter, coefficient, constant, observed }: Step, x: tf.Tensor): tf.Tensor | undefined {
  if (coefficient === undefined) return undefined
  const norms = [norm(parameter), norm(x)] as const
  const ratio = ratioOr(constant(1), norms, norms[0].mul(constant(coefficient)), norms[1])
  observed(norms[1], ratio)
  return ratio
}

function scaled(x: tf.Tensor, ratio: tf.Tensor | undefined): tf.Tensor {
  return ratio === undefined ? x : x.mul(ratio)
}
