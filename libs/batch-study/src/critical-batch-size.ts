import { fitKnee } from './fit-knee.ts'

/** Steps to a target against batch size, fitted. */
export interface CriticalBatchSize {
  /** B_crit, and what it may be: divided and multiplied by exp(2 · its standard error on the logarithmic scale). */
  readonly batchSize: number
  readonly interval: readonly [number, number]
  /** S_min: the steps that no batch size avoids. */
  readonly steps: number
  /** E_min: the examples that no batch size avoids. */
  readonly examples: number
  /** Root mean square of log(measured / fitted) of the steps. */
  readonly residual: number
  /** The steps that the fit expects. */
  readonly stepsAt: (batchSize: number) => number
}

/**
 * The critical batch size as it is measured: where the steps S to a target and the examples E = S B on the way trade evenly
 * (McCandlish et al. 2018, equation 2.11),
 *
 *   (S / S_min − 1) (E / E_min − 1) = 1,   which is   S = S_min (1 + B_crit / B),   B_crit = E_min / S_min.
 *
 * At B_crit both are twice their least. Least squares on log S, as `fitKnee` does it, in 1 / B.
 *
 * @param points batch sizes and the steps that each took to the same target, at least three with different sizes
 * @throws RangeError when there are fewer, or a value is not positive and finite
 *
 * @example
 * const points = [10, 100, 1000].map(batchSize => ({ batchSize, steps: 50 * (1 + 200 / batchSize) }))
 * criticalBatchSize(points).batchSize // 200.0
 */
export function criticalBatchSize(
  points: readonly { readonly batchSize: number; readonly steps: number }[],
): CriticalBatchSize {
  const bad = points.find(({ batchSize }) => !(batchSize > 0 && Number.isFinite(batchSize)))
  if (bad !== undefined)
    throw new RangeError(
      `criticalBatchSize: a batch size is ${bad.batchSize}; it must be positive and finite`,
    )
  const fit = fitKnee(points.map(({ batchSize, steps }) => ({ batchSize: 1 / batchSize, time: steps })))
  const [lower, upper] = fit.interval
  return Object.freeze({
    batchSize: 1 / fit.knee,
    interval: [1 / upper, 1 / lower] as const,
    steps: fit.fixed,
    examples: fit.perExample,
    residual: fit.residual,
    stepsAt: (batchSize: number) => fit.time(1 / batchSize),
  })
}
