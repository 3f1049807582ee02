/** The box lower ≤ x ≤ upper: ±Infinity where a coordinate has no bound. */
export interface Box {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** x, each coordinate moved to its nearer bound where it lies beyond: a new array. */
export function projected(x: Float64Array, { lower, upper }: Box): Float64Array {
  const inside = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++)
    inside[i] = Math.min(Math.max(x[i] ?? NaN, lower[i] ?? NaN), upper[i] ?? NaN)
  return inside
}

/** ‖P(x − g) − x‖∞, with P the projection onto the box: 0 just where x is a stationary point within it. */
export function projectedGradientNorm(x: Float64Array, gradient: Float64Array, box: Box): number {
  const { lower, upper } = box
  let largest = 0
  for (let i = 0; i < x.length; i++) {
    const [at, slope] = [x[i] ?? NaN, gradient[i] ?? NaN]
    const move = slope < 0 ? Math.max(at - (upper[i] ?? NaN), slope) : Math.min(at - (lower[i] ?? NaN), slope)
    largest = Math.max(largest, Math.abs(move))
  }
  return largest
}

/** Which part of the coordinates lies on a bound. */
export function shareAtBound(x: Float64Array, { lower, upper }: Box): number {
  let count = 0
  for (let i = 0; i < x.length; i++) if (x[i] === lower[i] || x[i] === upper[i]) count++
  return count / x.length
}

/** Whether any coordinate has a bound, and whether each has two. */
export function boundedness({ lower, upper }: Box): { readonly any: boolean; readonly all: boolean } {
  let [any, all] = [false, true]
  for (let i = 0; i < lower.length; i++) {
    const [below, above] = [Number.isFinite(lower[i]), Number.isFinite(upper[i])]
    any ||= below || above
    all &&= below && above
  }
  return { any, all }
}
