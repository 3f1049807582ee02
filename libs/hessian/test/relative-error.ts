/** ‖a − b‖ / ‖b‖, NaN where the lengths differ. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2
    norm += (b[i] ?? NaN) ** 2
  }
  return Math.sqrt(difference / norm)
}
