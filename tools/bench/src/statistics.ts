/** The middle of some measurements, and how far they spread. */
export interface Spread {
  readonly median: number
  /** Quartiles: half of the measurements lie between them. */
  readonly low: number
  readonly high: number
}

/**
 * Median and quartiles, interpolated between neighbours (type 7 of Hyndman and Fan 1996).
 *
 * @throws RangeError when there are no values
 *
 * @example
 * spread([4, 1, 3, 2]) // { median: 2.5, low: 1.75, high: 3.25 }
 */
export function spread(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}

/** The median of some measurements. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/**
 * The ratios round by round: both sides of one ratio were measured within seconds, so a machine that slows down for
 * a while slows both. A round that one side lacks has no ratio.
 */
export function roundRatios(rounds: Rounds, baseline: Rounds): number[] {
  return rounds.flatMap((ours, round) => {
    const theirs = baseline[round]
    return ours === undefined || theirs === undefined ? [] : [median(ours.times) / median(theirs.times)]
  })
}

/** What was measured in one round: some calls. */
export interface Round {
  /** Milliseconds of each call. */
  readonly times: readonly number[]
  /** The share of the machine that other programs used meanwhile, 0 … 1. */
  readonly othersShare: number
}

/** In the order of the rounds, `undefined` where one was left out. */
export type Rounds = readonly (Round | undefined)[]

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined)
    throw new RangeError('there are no measurements to take a median of')
  return below + (above - below) * (place - Math.floor(place))
}
