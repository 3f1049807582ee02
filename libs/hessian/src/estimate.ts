/** An estimate by random probes, with its doubt. */
export interface Estimate {
  readonly value: number
  /** Standard deviation of the value over seeds, as estimated from the spread of its samples. */
  readonly standardError: number
  /** How many samples the standard error was taken from: with fewer than ten it is itself uncertain by a quarter. */
  readonly samples: number
  /** Products with the operator that it cost. */
  readonly products: number
  readonly seed: number
}

/** The mean of samples and its standard error s / √m, with s² = Σ (x − mean)² / (m − 1). */
export function meanOf(samples: readonly number[]): { value: number; standardError: number } {
  const count = samples.length
  const value = samples.reduce((sum, x) => sum + x, 0) / count
  const squares = samples.reduce((sum, x) => sum + (x - value) ** 2, 0)
  return { value, standardError: Math.sqrt(squares / (count - 1) / count) }
}

/** The jackknife's standard error √((k − 1) / k Σ (x₍ᵢ₎ − mean)²), of the estimates without one probe each. */
export function jackknife(estimates: readonly number[]): number {
  return (estimates.length - 1) * meanOf(estimates).standardError
}
