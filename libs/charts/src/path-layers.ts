import { markDot, markHalo, markText } from './mark-look.ts'
import { untilLost, type Mark, type Path, type Plane } from './plane.ts'
import { rounded } from './rounded.ts'
import { seriesEncoding, seriesNames } from './series.ts'
import { simplifyTo } from './simplify.ts'
import { plotSize } from './theme.ts'

/** The layers that draw trajectories and marks over a map; `place` holds the map's axes. */
export function pathLayers(caller: string, plane: Plane, place: { readonly x: object; readonly y: object }) {
  const { marks = [] } = plane
  const paths = (plane.paths ?? []).map(path => untilLost(plane, path))
  // Not clipped: half a ring at the border would be hard to read.
  const inside = <T extends Spot>(spots: readonly T[]) => spots.filter(spot => isInside(plane, spot))
  const { line, point } = lookOf(caller, paths)
  const steps = paths.filter(({ points }) => points.length <= mostDots)
  const layers = [
    {
      data: { values: paths.flatMap(path => lineRows(plane, path)) },
      mark: {
        type: 'line' as const,
        clip: true,
        aria: false,
        order: false,
        strokeWidth: 2.5,
        strokeJoin: 'round' as const,
      },
      encoding: { ...place, ...line },
    },
    {
      data: { values: inside(steps.flatMap(dotRows)) },
      mark: { type: 'point' as const, aria: false, size: 22 },
      encoding: { ...place, ...line },
    },
    {
      data: { values: inside(paths.map(startRow)) },
      mark: { type: 'point' as const, aria: false, filled: false, size: 110, strokeWidth: 2.5 },
      encoding: { ...place, ...point },
    },
    {
      data: { values: inside(paths.flatMap(path => headRows(plane, path))) },
      mark: { type: 'point' as const, aria: false, shape: 'triangle' as const, size: 170 },
      encoding: { ...place, ...line, angle: { field: 'angle', type: 'quantitative' as const, scale: null } },
    },
  ]
  return [...layers.filter(({ data }) => data.values.length > 0), ...markLayers(inside(marks), place)]
}

/** A path with more points has no dots: they would hide its line. */
const mostDots = 60

/** Enough for twice the width of the plot. */
const mostPoints = 1500

function lookOf(caller: string, paths: readonly Path[]) {
  const points = paths.map(({ name }) => ({ series: name }))
  return seriesEncoding({ title: null }, seriesNames(caller, { field: 'paths', title: '' }, points), true)
}

interface Spot {
  readonly x: number
  readonly y: number
}

function isInside({ x, y }: Plane, spot: Spot): boolean {
  return spot.x >= x.from && spot.x <= x.to && spot.y >= y.from && spot.y <= y.to
}

/** Where a point lies, in pixels. */
function pixels({ x, y }: Plane, [px, py]: readonly [number, number]): [number, number] {
  return [
    ((px - x.from) / (x.to - x.from)) * plotSize.width,
    (1 - (py - y.from) / (y.to - y.from)) * plotSize.height,
  ]
}

function lineRows(plane: Plane, { name, points }: Path) {
  const places = points.map(point => pixels(plane, point))
  return simplifyTo(places, 0.25, mostPoints).map(index => {
    const [x, y] = points[index] ?? [0, 0]
    return {
      x: rounded(x, plane.x.to - plane.x.from),
      y: rounded(y, plane.y.to - plane.y.from),
      series: name,
    }
  })
}

function dotRows({ name, points }: Path) {
  return points.map(([x, y]) => ({ x, y, series: name }))
}

function startRow({ name, points }: Path) {
  const [x, y] = points[0] ?? [0, 0]
  return { x, y, series: name }
}

/** The head points away from the last point that is far enough to have a direction; a path that stays has none. */
function headRows(plane: Plane, { name, points }: Path) {
  const [x, y] = points.at(-1) ?? [0, 0]
  const [right, down] = pixels(plane, [x, y])
  const from = points
    .map(point => pixels(plane, point))
    .findLast(([px, py]) => Math.hypot(px - right, py - down) > 3)
  if (!from) return []
  const angle = (Math.atan2(right - from[0], from[1] - down) * 180) / Math.PI
  return [{ x, y, series: name, angle: Math.round(angle) }]
}

function markLayers(marks: readonly Mark[], place: { readonly x: object; readonly y: object }) {
  if (marks.length === 0) return []
  const data = { values: marks.map(({ label, x, y }) => ({ label, x, y })) }
  const text = { ...place, text: { field: 'label', type: 'nominal' as const } }
  return [
    { data, mark: markDot, encoding: place },
    { data, mark: markHalo, encoding: text },
    { data, mark: markText, encoding: text },
  ]
}
