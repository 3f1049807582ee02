import { atPoint, type BatchOptions, hessian, lanczosEigenpairs, type Objective } from '@flatland/hessian'
import type { PointMeasure } from './slices.ts'

/** Both ends of the Hessian's spectrum at a point. */
export interface ExtremeEigenvalues {
  /** λmin, negative where the loss curves downwards in some direction. */
  readonly smallest: number
  readonly largest: number
  /** |λmin| / |λmax|, what Li et al. 2018 map in section 6: near 0 where the loss is as good as convex. */
  readonly ratio: number
  /** The larger of both bounds: the Hessian has eigenvalues within it of these. */
  readonly errorBound: number
}

export interface ExtremeEigenvaluesOptions extends Pick<BatchOptions, 'batchSize' | 'signal'> {
  /** At most so many products with the Hessian a point. Default 60. */
  readonly products?: number
  /** Fixes the start of the Lanczos process. Default 0. */
  readonly seed?: number
}

/**
 * Measures λmin and λmax of the Hessian at any θ, for maps of a slice (Li, Xu, Taylor, Studer and Goldstein 2018, section 6).
 *
 * @example
 * const saddle = functionObjective([tf.tensor1d([0, 0])], ([w]) => w.square().mul(tf.tensor1d([1, -2])).sum())
 * const { smallest, largest } = await extremeEigenvalues(saddle)(Float64Array.of(1, 1))
 * [smallest, largest] // [-4, 2]
 */
export function extremeEigenvalues(
  objective: Objective,
  { batchSize, signal, products = 60, seed = 0 }: ExtremeEigenvaluesOptions = {},
): PointMeasure<ExtremeEigenvalues> {
  const batches = { signal, ...(batchSize === undefined ? {} : { batchSize }) }
  return theta =>
    atPoint(objective, theta, async there => {
      const operator = hessian(there, batches)
      const { pairs } = await lanczosEigenpairs(operator, {
        which: 'both ends',
        maxIterations: Math.min(products, theta.length),
        seed,
        signal,
      })
      const [largest, smallest] = pairs
      return {
        smallest: smallest?.value ?? NaN,
        largest: largest?.value ?? NaN,
        ratio: Math.abs((smallest?.value ?? NaN) / (largest?.value ?? NaN)),
        errorBound: Math.max(...pairs.map(({ errorBound }) => errorBound)),
      }
    })
}
