import { type BatchOptions, type LossAndGradient, lossFunction, type Objective } from '@flatland/hessian'
import { refuseRandom } from './refuse-random.ts'

/** How every measure goes over the data. */
export interface MeasureOptions extends BatchOptions {
  /**
   * Told after each evaluation over the whole data, of the loss alone or with its gradient, how many are done, and how
   * many there will be at most. Default: nobody.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** A loss that is looked at from many points, with what that cost. */
export interface Evaluations {
  /** θ of the objective. */
  readonly start: Float64Array
  /** How many there were. */
  readonly count: number
  /** L(θ), which may be not finite. */
  readonly value: (theta: Float64Array) => Promise<number>
  /** L(θ) and ∇L(θ), both NaN where L is not finite. */
  readonly valueAndGradient: (theta: Float64Array) => Promise<LossAndGradient>
  /** Another function of θ, counted with them. */
  readonly counted: <R>(
    evaluate: (theta: Float64Array) => R | Promise<R>,
  ) => (theta: Float64Array) => Promise<R>
}

/**
 * Works with an objective's loss at many points, then gives back what was compiled for it.
 *
 * @param total the most evaluations that will be taken
 * @throws RangeError (a rejection) when the loss is no function of θ: see `refuseRandom`
 */
export async function withEvaluations<T>(
  objective: Objective,
  total: number,
  options: MeasureOptions,
  work: (evaluations: Evaluations) => Promise<T>,
): Promise<T> {
  await refuseRandom(objective, batchOptions(options))
  const { start, value, valueAndGradient, dispose } = lossFunction(objective, batchOptions(options))
  let count = 0
  const counted =
    <R>(evaluate: (theta: Float64Array) => R | Promise<R>) =>
    async (theta: Float64Array): Promise<R> => {
      options.signal?.throwIfAborted()
      const result = await evaluate(theta)
      count++
      options.onProgress?.(count, total)
      return result
    }
  try {
    return await work({
      start,
      get count() {
        return count
      },
      value: counted(value),
      valueAndGradient: counted(valueAndGradient),
      counted,
    })
  } finally {
    dispose()
  }
}

/** What of some options concerns each pass over the data. */
export function batchOptions({ batchSize, signal }: MeasureOptions): BatchOptions {
  return { signal, ...(batchSize === undefined ? {} : { batchSize }) }
}

/** Refuses a loss at θ itself that is not finite: nothing can be measured from there. */
export function checkStartLoss(loss: number): void {
  if (Number.isFinite(loss)) return
  throw new RangeError(
    `The loss at the parameters is ${loss}; it must be finite: look for NaN in the parameters or the data, training may ` +
      'have diverged before',
  )
}

/** Refuses a loss in the neighbourhood that is not finite: there is then no maximum and no mean. */
export function checkNearLoss(loss: number, name: string, size: number): void {
  if (Number.isFinite(loss)) return
  throw new RangeError(
    `The loss is ${loss} at a point of the neighbourhood with ${name} ${size}; it must be finite everywhere in it: take a ` +
      `smaller ${name}`,
  )
}

/** What float32 may leave uncertain of a difference of two losses: several of its roundings. */
export function roundingOf(a: number, b: number): number {
  return 2 ** -21 * (Math.abs(a) + Math.abs(b))
}

/** Refuses what `randomStream` would refuse, before any work. */
export function checkSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return
  throw new RangeError(`seed is ${seed}; it must be an integer from 0 to 4294967295`)
}
