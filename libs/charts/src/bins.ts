import type { Scale } from './rows.ts'

/** A bar of a histogram. */
export interface Bin {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly count: number
  /** The count, or the share of the sample's values per unit of x. */
  readonly height: number
}

/** Counts the values of each sample in the same bins: of equal width, or on a log scale of equal ratio. */
export function binned(
  samples: readonly { readonly name: string; readonly values: ArrayLike<number> }[],
  bins: number,
  scale: Scale,
  measure: 'count' | 'density',
): Bin[] {
  const position = scale === 'log' ? Math.log : (value: number) => value
  const [low, high] = extent(samples.map(sample => sample.values))
  const [start, end] = spread(position(low), position(high), scale)
  const at = (edge: number) => {
    const place = start + ((end - start) * edge) / bins
    // Without the rounding error that would take the last edge beyond the last value, and an axis a step further.
    return Number((scale === 'log' ? Math.exp(place) : place).toPrecision(12))
  }
  return samples.flatMap(({ name, values }) => {
    const counts = new Uint32Array(bins)
    for (const value of Array.from(values)) {
      const bin = Math.floor(((position(value) - start) / (end - start)) * bins)
      const inside = Math.min(bins - 1, Math.max(0, bin))
      counts[inside] = (counts[inside] ?? 0) + 1
    }
    return Array.from(counts, (count, bin) => {
      const [from, to] = [at(bin), at(bin + 1)]
      const height = measure === 'count' ? count : count / values.length / (to - from)
      return { name, from, to, count, height }
    })
  })
}

/** Where all values are the same, but for rounding, bins around them. */
function spread(start: number, end: number, scale: Scale): [number, number] {
  // Edges have 12 digits: a hundred bins and more must lie between the ends.
  if (end - start > 1e-8 * Math.max(Math.abs(start), Math.abs(end))) return [start, end]
  const half = scale === 'log' || start === 0 ? 0.5 : Math.abs(start) / 2
  return [start - half, start + half]
}

function extent(samples: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const values of samples)
    for (const value of Array.from(values)) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  return [low, high]
}
