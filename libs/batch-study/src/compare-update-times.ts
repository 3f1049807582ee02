import type { UpdateTime } from './update-time-study.ts'

/** A number with an interval that its measurement's quartiles allow. */
export interface Compared {
  readonly value: number
  readonly lower: number
  readonly upper: number
}

/**
 * How many times longer one update takes than another: the ratio of the medians; from the lower quartile over
 * the upper one to the upper over the lower.
 *
 * @example
 * timeRatio(updateAt(rows, 1000), updateAt(rows, 1)).value // 12 times as long
 */
export function timeRatio(slow: UpdateTime, fast: UpdateTime): Compared {
  return {
    value: slow.median / fast.median,
    lower: slow.lower / fast.upper,
    upper: slow.upper / fast.lower,
  }
}

/**
 * Which share of its time an update loses by being run in another way: 1 − t_fast / t_slow, of eager and compiled
 * updates what the calls cost. Negative where the other way takes longer.
 */
export function savedShare(slow: UpdateTime, fast: UpdateTime): Compared {
  const { value, lower, upper } = timeRatio(fast, slow)
  return { value: 1 - value, lower: 1 - upper, upper: 1 - lower }
}

/**
 * How the time grows between two batch sizes: the slope log(t₂/t₁) / log(B₂/B₁). 0 is flat, 1 is in proportion.
 *
 * @throws RangeError when the batch sizes are equal
 */
export function growthExponent(large: UpdateTime, small: UpdateTime): Compared {
  const decades = Math.log(large.batchSize / small.batchSize)
  if (decades === 0) throw new RangeError(`growthExponent: both batch sizes are ${large.batchSize}`)
  const { value, lower, upper } = timeRatio(large, small)
  const [a, b] = [Math.log(lower) / decades, Math.log(upper) / decades]
  return { value: Math.log(value) / decades, lower: Math.min(a, b), upper: Math.max(a, b) }
}

/**
 * How many times longer an epoch takes than another. Nobody waits for 60 000 updates of one example: an epoch is
 * the median update times ⌈examples / batch size⌉.
 */
export function epochRatio(slow: UpdateTime, fast: UpdateTime, examples: number): Compared {
  const updates = Math.ceil(examples / slow.batchSize) / Math.ceil(examples / fast.batchSize)
  const { value, lower, upper } = timeRatio(slow, fast)
  return { value: value * updates, lower: lower * updates, upper: upper * updates }
}

/** What one epoch takes, in seconds: from the median and the quartiles of one update. */
export interface EpochTime {
  readonly backend: UpdateTime['backend']
  readonly mode: UpdateTime['mode']
  readonly threads: number
  readonly batchSize: number
  readonly seconds: number
  readonly lowerSeconds: number
  readonly upperSeconds: number
}

/** The times of an epoch from those of an update; see `epochRatio`. */
export function epochTimes(rows: readonly UpdateTime[], examples: number): EpochTime[] {
  return rows.map(({ backend, mode, threads, batchSize, median, lower, upper }) => {
    const seconds = (milliseconds: number): number => (milliseconds / 1000) * Math.ceil(examples / batchSize)
    const times = { seconds: seconds(median), lowerSeconds: seconds(lower), upperSeconds: seconds(upper) }
    return { backend, mode, threads, batchSize, ...times }
  })
}

/**
 * The row of a batch size.
 *
 * @throws RangeError when it was not measured, with the sizes that were
 */
export function updateAt(rows: readonly UpdateTime[], batchSize: number): UpdateTime {
  const row = rows.find(candidate => candidate.batchSize === batchSize)
  if (row) return row
  throw new RangeError(
    `batch size ${batchSize} was not measured; there are ${rows.map(r => r.batchSize).join(', ')}`,
  )
}
