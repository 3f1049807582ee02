import { randomStream } from '@flatland/tensor'
import { mean, sampleStandardDeviation } from 'simple-statistics'

/** A mean of the loss over normal perturbations is taken over so many of them. */
export interface PairOptions {
  /** Antithetic pairs θ ± δ of samples, two evaluations each, at least 2. */
  readonly pairs: number
  readonly seed: number
}

/** A mean over samples and its standard error. */
export interface MeanRise {
  readonly value: number
  readonly standardError: number
}

/**
 * The mean of L(θ + δ) − L(θ) over pairs ±δ, δᵢ normal with a standard deviation of σ scaleᵢ. The two of a pair take the
 * slope of the loss out of it exactly; the pairs are independent, so that their spread gives the standard error. One seed
 * gives the same δ / σ for every σ.
 *
 * @param value L at a point
 * @returns undefined as soon as a loss is not finite: there is then no mean
 */
export async function meanRise(
  value: (theta: Float64Array) => number | Promise<number>,
  start: Float64Array,
  loss: number,
  sigma: number,
  scale: Float64Array,
  { pairs, seed }: PairOptions,
): Promise<MeanRise | undefined> {
  const random = randomStream(seed).fork('sharpness/pairs')
  const rises: number[] = []
  for (let i = 0; i < pairs; i++) {
    const z = random.normal(start.length)
    const at = (factor: number): Float64Array =>
      start.map((entry, j) => entry + factor * (scale[j] ?? NaN) * (z[j] ?? NaN))
    const [up, down] = [await value(at(sigma)), await value(at(-sigma))]
    const rise = (up + down) / 2 - loss
    if (!Number.isFinite(rise)) return undefined
    rises.push(rise)
  }
  return { value: mean(rises), standardError: sampleStandardDeviation(rises) / Math.sqrt(pairs) }
}
