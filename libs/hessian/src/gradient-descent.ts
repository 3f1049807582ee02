import { checkInteger, checkPositive } from './checks.ts'
import { whileCompiled } from './compiled-objective.ts'
import { type Escape, type EscapeOptions, openWalk, type Walk } from './escape.ts'
import type { Objective } from './objective.ts'
import { addScaled, scaled } from './vectors.ts'

export interface GradientDescentOptions extends EscapeOptions {
  /**
   * η, the factor of the gradient, in units of θ² / L. It has no default: a descent needs η < 2 / λmax (Jin et al. 2017 take
   * η ≤ 1/ℓ, with ℓ the largest |λ| anywhere), and λmax at a saddle says little about λmax further down, which often is
   * many times larger.
   */
  readonly learningRate: number
  /** How many steps. Default 100. */
  readonly steps?: number
}

/**
 * Plain gradient descent over the whole data, θ ← θ − η ∇L(θ) (Cauchy 1847): what the escapes are compared with. At an
 * exact saddle ∇L = 0, and it stands still for ever; near one it leaves by a factor 1 + η|λ| a step. From a loss of 0
 * `escaped` needs `minimumFall`: without, it is false wherever the descent led.
 *
 * @throws RangeError (a rejection) when an option is out of range or the objective cannot be differentiated: see
 *   `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const { escaped } = await gradientDescent(toy, { learningRate: 0.1 }) // false
 */
export async function gradientDescent(
  objective: Objective,
  options: GradientDescentOptions,
): Promise<Escape> {
  const { learningRate } = options
  checkPositive('learningRate', learningRate)
  return whileCompiled(objective, compiled =>
    descend(openWalk(compiled, options), options, gradient => scaled(gradient, -learningRate)),
  )
}

/** A descent whose steps follow from the gradient, from how many were taken before, and from the loss at the start. */
export async function descend(
  walk: Walk,
  { steps = 100, onProgress }: Omit<GradientDescentOptions, 'learningRate'>,
  stepOf: (gradient: Float64Array, taken: number, firstLoss: number) => Float64Array,
  seed?: number,
): Promise<Escape> {
  checkInteger('steps', steps, 1)
  let theta = walk.start
  let { loss, gradient } = await walk.gradient(theta)
  const firstLoss = loss
  const losses = [loss]
  walk.report(theta, losses)
  while (losses.length <= steps) {
    const next = theta.slice()
    addScaled(next, 1, stepOf(gradient, losses.length - 1, firstLoss))
    if (losses.length < steps) ({ loss, gradient } = await walk.gradient(next))
    else loss = await walk.loss(next)
    if (!Number.isFinite(loss)) return walk.finish(theta, losses, 'diverged', seed)
    theta = next
    losses.push(loss)
    walk.report(theta, losses)
    onProgress?.(losses.length - 1, steps)
  }
  return walk.finish(theta, losses, 'all steps taken', seed)
}
