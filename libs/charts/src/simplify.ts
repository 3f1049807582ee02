type Place = readonly [number, number]

/**
 * Leaves out the points of a path that lie within `tolerance` of the line through those that stay (Ramer 1972, Douglas and
 * Peucker 1973). First and last point stay.
 *
 * @returns The indices of the points that stay, ascending.
 */
export function simplify(points: readonly Place[], tolerance: number): number[] {
  const stays = new Uint8Array(points.length)
  stays[0] = stays[points.length - 1] = 1
  const spans: Place[] = [[0, points.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span
    const [index, distance] = furthest(points, first, last)
    if (distance <= tolerance) continue
    stays[index] = 1
    spans.push([first, index], [index, last])
  }
  return [...points.keys()].filter(index => stays[index] === 1)
}

/** As exact as it can be with at most `most` points. */
export function simplifyTo(points: readonly Place[], tolerance: number, most: number): number[] {
  const kept = simplify(points, tolerance)
  return kept.length <= most ? kept : simplifyTo(points, tolerance * 1.5, most)
}

function furthest(points: readonly Place[], first: number, last: number): [number, number] {
  const [a, b]: [Place, Place] = [points[first] ?? [0, 0], points[last] ?? [0, 0]]
  let [found, distance] = [first, 0]
  for (let index = first + 1; index < last; index++) {
    const here = distanceTo(points[index] ?? a, a, b)
    if (here > distance) [found, distance] = [index, here]
  }
  return [found, distance]
}

/** From a point to the piece of line between two others. */
function distanceTo([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const place = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length))
  return Math.hypot(x - ax - place * dx, y - ay - place * dy)
}
