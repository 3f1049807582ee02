/** What is needed of a point to thin a line of them. */
interface Place {
  readonly x: number
  readonly y: number
  /** The ends of a band. */
  readonly low?: number
  readonly high?: number
}

/**
 * Thins a line so that it still looks the same (M4: Jugel et al., “M4: a visualization-oriented time series data
 * aggregation”, VLDB 2014): the axis is cut into `strips` of equal width, and each keeps its first, last, lowest and
 * highest point, and those of its band. No peak is lost and no point is invented. With a strip a pixel, not one pixel
 * changes.
 *
 * @param points One line; in any order.
 * @param position Where on the axis an x lies: x itself, or its logarithm.
 * @returns The indices of the points that stay, ascending; all of them where they are not more than 4 a strip.
 */
export function thin(points: readonly Place[], strips: number, position: (x: number) => number): number[] {
  if (points.length <= 4 * strips) return [...points.keys()]
  let [start, end] = [Infinity, -Infinity]
  for (const { x } of points) {
    start = Math.min(start, x)
    end = Math.max(end, x)
  }
  const from = position(start)
  const scale = strips / (position(end) - from)
  const kept: Extremes[] = []
  points.forEach((point, index) => {
    const strip = Math.min(strips - 1, Math.floor((position(point.x) - from) * scale)) || 0
    const extremes = kept[strip]
    if (extremes) widen(extremes, points, point, index)
    else
      kept[strip] = {
        first: index,
        last: index,
        lowest: index,
        highest: index,
        bandLow: index,
        bandHigh: index,
      }
  })
  return [...new Set(kept.flatMap(extremes => Object.values(extremes) as number[]))].sort((a, b) => a - b)
}

/** The indices of points. */
interface Extremes {
  first: number
  last: number
  lowest: number
  highest: number
  bandLow: number
  bandHigh: number
}

function widen(extremes: Extremes, points: readonly Place[], point: Place, index: number): void {
  const at = (name: keyof Extremes) => points[extremes[name]] ?? point
  const low = (place: Place) => place.low ?? place.y
  const high = (place: Place) => place.high ?? place.y
  if (point.x < at('first').x) extremes.first = index
  if (point.x > at('last').x) extremes.last = index
  if (point.y < at('lowest').y) extremes.lowest = index
  if (point.y > at('highest').y) extremes.highest = index
  if (low(point) < low(at('bandLow'))) extremes.bandLow = index
  if (high(point) > high(at('bandHigh'))) extremes.bandHigh = index
}
