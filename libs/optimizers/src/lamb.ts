import * as tf from '@tensorflow/tfjs'
import { checkName } from './checks.ts'
import { checkMoments, correction, describeMoments, type MomentsOptions, nextMoments } from './moments.ts'
import { clipFactor, norm, ratioOr } from './norms.ts'
import { defineRule, onceEach, type Rule } from './rule.ts'
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

/** The algorithms that are called LAMB: see `lamb`. */
export type LambVariant = 'paperV3' | 'algorithm2' | 'cybertronai' | 'timm'

export interface LambOptions extends MomentsOptions {
  /** Default 'algorithm2'. */
  readonly variant?: LambVariant
  /** λ. Default 0.01, of all parameters. */
  readonly weightDecay?: WeightDecay
  /** [γl, γu] of φ(z) = min(max(z, γl), γu). Default [0, 10] for 'paperV3' and 'cybertronai', none for the others. */
  readonly normClamp?: readonly [number, number]
  /** Parameters whose ratio is 1. Default 'none'. */
  readonly exclude?: Selection
}

/**
 * LAMB (You et al. 2019, Large Batch Optimization for Deep Learning: Training BERT in 76 minutes): Adam's direction, in
 * each parameter tensor scaled to a part of the tensor's own norm. With m and v as in `adam`,
 *
 *   r = m / (√v + ε),   u = r + λθ,   θ ← θ − η φ(‖θ‖) / ‖u‖ · u,
 *
 * and a ratio of 1 where one of the norms is 0. ε is 10⁻⁶ by default. The variants:
 *
 *                                                        m, v corrected   φ           g clipped to   ratio where
 *   'paperV3' (arXiv 1904.00962 v3)                      no               [0, 10]     –              everywhere
 *   'algorithm2' (the final paper; TF-Addons; optax)     yes              identity    –              everywhere
 *   'cybertronai' (pytorch-lamb)                         no               [0, 10]     –              everywhere
 *   'timm' (1.0)                                         yes              identity    norm 1         λ ≠ 0
 *
 * The paper gives no bounds for φ: those are of cybertronai, so that 'paperV3' differs from it only where `normClamp` is
 * given. With `exclude: 'all'` and the same ε, 'algorithm2' is `adamW`.
 *
 * @throws RangeError when the variant or the selection is unknown, a β is not in [0, 1), ε is not positive, λ is negative,
 *   or `normClamp` does not rise from 0 on
 *
 * @example
 * const theta = tf.variable(tf.tensor1d([3, 4]))
 * optimizer(lamb({ weightDecay: 0 }), 0.1).minimize(() => theta.square().sum())
 * theta // [2.646, 3.646]: a step of 0.1 ‖θ‖ along Adam's direction, (1, 1)
 */
export function lamb({
  variant = 'algorithm2',
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-6,
  weightDecay = 0.01,
  normClamp,
  exclude = 'none',
}: LambOptions = {}): Rule<'m' | 'v'> {
  checkName('variant of LAMB', variant, Object.keys(VARIANTS))
  const moments = { beta1, beta2, epsilon }
  checkMoments(moments)
  checkWeightDecay(weightDecay)
  checkSelection('exclude', exclude)
  const { isCorrected, clip, onlyDecayed, clamp: usual } = VARIANTS[variant]
  const clamp = normClamp ?? usual
  checkClamp(clamp)
  const phi = clamp === undefined ? '' : `, φ to [${clamp.join(', ')}]`
  const excluded = exclude === 'none' ? '' : `, ratio 1 for ${describeSelection(exclude)}`
  return defineRule({
    name: `LAMB, variant ${variant} (${describeMoments(moments)}${describeDecay(weightDecay)}${phi}${excluded})`,
    config: {
      rule: 'lamb',
      variant,
      ...moments,
      weightDecay: weightDecayConfig(weightDecay),
      ...(clamp && { normClamp: [...clamp] }),
      exclude,
    },
    slots: ['m', 'v'],
    prepare: (parameters, gradients, { learningRate, step, constant, observe }) => {
      const corrected = isCorrected ? correction(step, moments) : undefined
      const factor = clip === undefined ? undefined : clipFactor(gradients, clip)
      // All directions are u / s, which is the same for a ratio, and spares a pass over all parameters.
      const scale = corrected?.scale ?? constant(1)
      const share = onceEach(lambda => tf.div(lambda, scale))
      const lambdas = decays(weightDecay, parameters)
      const isExcluded = selected(exclude, parameters)
      return (parameter, gradient, state, place) => {
        const lambda = lambdas[place] ?? 0
        const { m, v } = nextMoments(state, factor ? gradient.mul(factor) : gradient, moments, constant)
        const direction = m.div(v.sqrt().add(corrected?.epsilon ?? constant(epsilon)))
        const decayed = lambda === 0 ? direction : direction.add(parameter.mul(share(lambda)))
        const isAdapted = isExcluded[place] !== true && !(onlyDecayed && lambda === 0)
        const ratio = isAdapted ? trustRatio(scale, parameter, decayed, clamp) : scale
        observe?.(place, {
          weightNorm: norm(parameter),
          directionNorm: norm(decayed).mul(scale),
          ratio: ratio.div(scale),
        })
        return { parameter: parameter.sub(decayed.mul(learningRate.mul(ratio))), state: { m, v } }
      }
    },
  })
}

interface Variant {
  /** Whether m and v are corrected for their start at 0. */
  readonly isCorrected: boolean
  readonly clamp?: readonly [number, number]
  /** What the norm of all gradients is clipped to. */
  readonly clip?: number
  /** Whether what does not decay has a ratio of 1. */
  readonly onlyDecayed: boolean
}

const VARIANTS: Readonly<Record<LambVariant, Variant>> = {
  paperV3: { isCorrected: false, clamp: [0, 10], onlyDecayed: false },
  algorithm2: { isCorrected: true, onlyDecayed: false },
  cybertronai: { isCorrected: false, clamp: [0, 10], onlyDecayed: false },
  timm: { isCorrected: true, clip: 1, onlyDecayed: true },
}

function trustRatio(
  otherwise: tf.Tensor,
  parameter: tf.Tensor,
  direction: tf.Tensor,
  clamp: readonly [number, number] | undefined,
): tf.Tensor {
  const norms = [norm(parameter), norm(direction)] as const
  const phi = clamp === undefined ? norms[0] : tf.clipByValue(norms[0], ...clamp)
  return ratioOr(otherwise, norms, phi, norms[1])
}

function checkClamp(clamp: readonly [number, number] | undefined): void {
  if (clamp === undefined || (clamp[0] >= 0 && clamp[0] < clamp[1] && clamp[1] < Infinity)) return
  throw new RangeError(`normClamp is [${clamp.join(', ')}]; it must be [γl, γu] with 0 ≤ γl < γu, finite`)
}
