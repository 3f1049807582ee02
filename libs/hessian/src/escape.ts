import { checkObjective } from './check-objective.ts'
import { checkPositive } from './checks.ts'
import { atPoint, evaluateLoss, type LossAndGradient } from './evaluate.ts'
import { gradientAt } from './gradient-at.ts'
import { withHessianAt } from './hessian-at.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { parameterValues } from './parameter-tensors.ts'
import type { WorkOptions } from './work-options.ts'

/**
 * What every escape from a saddle takes. `onProgress` is told of steps; `signal` is also looked at between
 * micro-batches.
 */
export interface EscapeOptions extends WorkOptions {
  /** Examples in a micro-batch. Default 256. */
  readonly batchSize?: number
  /**
   * By how much the loss must fall for an escape. Default: a hundredth of |L| at the start. All lengths that are not
   * given follow from it, so that they fit whatever the scale of L and of θ. The default depends on where L has its zero:
   * give it where L has none of its own, or is near it at the start.
   */
  readonly minimumFall?: number
  /** Told of the start and of each step: the path, for a chart of it. Default: nobody. */
  readonly onStep?: (step: EscapeStep) => void
}

/** Where an escape is after some steps, and what it has spent until then. */
export interface EscapeStep {
  /** Steps taken, 0 at the start. */
  readonly step: number
  /** θ. */
  readonly parameters: Float64Array
  /** L(θ). */
  readonly loss: number
  readonly products: number
  readonly gradients: number
  readonly evaluations: number
}

/**
 * How an escape ended. `no negative curvature`: where it came to, none was found; `no descent`: no step that was tried
 * lowers the loss by more than its rounding; `diverged`: the next step's loss is not finite, and was not taken.
 */
export type EscapeEnd = 'all steps taken' | 'no negative curvature' | 'no descent' | 'diverged'

/** What every escape from a saddle gives: where it came to, and what that took. */
export interface Escape {
  /** θ at the end, in the order of `flatten(parameters)`. The objective's own parameters stay as they were. */
  readonly parameters: Float64Array
  /** L at the start and after each step. */
  readonly losses: readonly number[]
  /** Steps that were taken. */
  readonly steps: number
  /** Products of the Hessian. */
  readonly products: number
  /** Gradients over the whole data. */
  readonly gradients: number
  /** Losses over the whole data, beside those that came with a gradient. */
  readonly evaluations: number
  /**
   * Whether the loss fell by more than `minimumFall` from the start to the end. Never where `minimumFall` is 0, as it is by
   * default where the loss at the start is: give it there.
   */
  readonly escaped: boolean
  readonly minimumFall: number
  readonly ended: EscapeEnd
  /** Of the random numbers; missing where none were drawn. */
  readonly seed?: number
}

/** An objective that is looked at from one point after another, with what that cost. */
export interface Walk {
  readonly start: Float64Array
  readonly loss: (theta: Float64Array) => Promise<number>
  readonly gradient: (theta: Float64Array) => Promise<LossAndGradient>
  /** `minimumFall`, given or from the loss at the start. */
  readonly fallFrom: (firstLoss: number) => number
  /** Works with the Hessian at θ. */
  readonly withHessian: <T>(theta: Float64Array, work: (operator: LinearOperator) => Promise<T>) => Promise<T>
  /** Tells `onStep` of θ, from the losses at the start and after each step. */
  readonly report: (theta: Float64Array, losses: readonly number[]) => void
  /** The result, from the losses at the start and after each step. */
  readonly finish: (
    theta: Float64Array,
    losses: readonly number[],
    ended: EscapeEnd,
    seed?: number,
  ) => Readonly<Escape>
}

/** @throws RangeError when the objective cannot be differentiated or `minimumFall` is not positive */
export function openWalk(objective: Objective, options: EscapeOptions): Walk {
  const batches = batchOptions(options)
  checkObjective(objective, batches)
  if (options.minimumFall !== undefined) checkPositive('minimumFall', options.minimumFall)
  const spent = { products: 0, gradients: 0, evaluations: 0 }
  const fallFrom = (firstLoss: number): number => options.minimumFall ?? Math.abs(firstLoss) / 100
  return {
    fallFrom,
    start: parameterValues(objective.parameters),
    loss: theta => {
      spent.evaluations++
      return atPoint(objective, theta, there => evaluateLoss(there, batches))
    },
    gradient: theta => {
      spent.gradients++
      return gradientAt(objective, theta, batches)
    },
    withHessian: (theta, work) => withHessianAt(objective, theta, batches, spent, work),
    report: (theta, losses) => {
      const [step, loss] = [losses.length - 1, losses.at(-1) ?? NaN]
      options.onStep?.(Object.freeze({ step, parameters: theta, loss, ...spent }))
    },
    finish: (theta, losses, ended, seed) => {
      const path = pathOf(losses, fallFrom(losses[0] ?? NaN))
      return Object.freeze({
        parameters: theta,
        ...path,
        ...spent,
        ended,
        ...(seed === undefined ? {} : { seed }),
      })
    },
  }
}

function pathOf(
  losses: readonly number[],
  minimumFall: number,
): Pick<Escape, 'losses' | 'steps' | 'escaped' | 'minimumFall'> {
  const fall = (losses[0] ?? NaN) - (losses.at(-1) ?? NaN)
  return {
    losses: Object.freeze([...losses]),
    steps: losses.length - 1,
    // Of a fall of 0 rounding alone would make an escape.
    escaped: minimumFall > 0 && fall > minimumFall,
    minimumFall,
  }
}

/**
 * The length t at which a quadratic model of curvature λ promises a fall, ½|λ|t² = fall.
 *
 * @throws RangeError when the fall is 0, as it is by default where the loss at the start is
 */
export function lengthOfFall(fall: number, curvature: number): number {
  checkScale(fall)
  return Math.sqrt((2 * fall) / Math.abs(curvature))
}

/** Refuses to make a length of nothing. */
export function checkScale(fall: number): void {
  if (fall > 0) return
  throw new RangeError('The loss at the start is 0, which gives no scale for a step: give minimumFall')
}

/** What of some options concerns each pass over the data. */
export function batchOptions({ batchSize, signal }: Omit<BatchOptions, 'onProgress'>): BatchOptions {
  return { signal, ...(batchSize === undefined ? {} : { batchSize }) }
}
