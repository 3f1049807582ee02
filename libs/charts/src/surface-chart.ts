import { axonometry, type Axonometry, type View } from './axonometry.ts'
import { createChart, type Chart } from './chart.ts'
import { headingSpec, headingText, type Heading } from './heading.ts'
import {
  along,
  checkPlane,
  gridOf,
  planeTable,
  untilLost,
  valueAt,
  type Grid,
  type Path,
  type Plane,
  type PlaneAxis,
} from './plane.ts'
import { markDot, markHalo, markText } from './mark-look.ts'
import { seriesEncoding, seriesNames } from './series.ts'
import { boxEdges, boxLabels, type BoxLabel } from './surface-box.ts'
import { faces, reliefOf, type Shape } from './surface-mesh.ts'
import { pathPieces } from './surface-paths.ts'
import { ink, palette, plotSize } from './theme.ts'

export interface SurfaceChart extends Heading, Plane {
  readonly view?: View
}

/**
 * A function of two numbers as a surface seen from the side, coloured by height, with paths that lie on it. A path begins
 * at a ring, and is hidden where a hill is before it; rings and marks never are. The function is asked at 25 × 25 points, and
 * along the paths. What lies outside the axes is not drawn,
 * and a path ends where it is more than ten axis lengths outside.
 *
 * Throws, before anything is drawn: when an axis does not go from a lower to a higher finite number; when the function is
 * not finite at a point where it is asked; when a path or a mark is not finite, a path is empty, two have one name, or there
 * are more than 6; when the elevation is not between 5 and 90 degrees.
 *
 * @example
 * surfaceChart({
 *   title: 'A saddle, and the cut on which it looks like a minimum',
 *   value: (x, y) => x ** 2 - y ** 2,
 *   x: { title: 'w₁', from: -1, to: 1 },
 *   y: { title: 'w₂', from: -1, to: 1 },
 *   valueTitle: 'loss',
 *   paths: [{ name: 'w₂ = 0', points: [[-1, 0], [1, 0]] }],
 *   marks: [{ label: 'saddle', x: 0, y: 0 }],
 * })
 */
export function surfaceChart(options: SurfaceChart): Chart {
  checkPlane('surfaceChart', options)
  checkView(options.view ?? {})
  const grid = gridOf('surfaceChart', options, cells + 1, cells + 1)
  const view = axonometry(options.view ?? {}, { left: 52, right: 428, top: 8, bottom: 268 })
  return createChart(
    {
      title: headingSpec(options),
      ...plotSize,
      layer: layersOf(options, grid, view),
    },
    headingText(options),
    planeTable(options, grid),
  )
}

/** Divisible by four: the table shows every quarter. */
const cells = 24

function checkView({ azimuth = 0, elevation = 45 }: View): void {
  if (!Number.isFinite(azimuth))
    throw new Error(`surfaceChart: the azimuth is ${azimuth}; it must be a finite number of degrees`)
  if (!(elevation >= 5 && elevation <= 90))
    throw new Error(`surfaceChart: the elevation is ${elevation}; it must be from 5 to 90 degrees`)
}

function layersOf(options: SurfaceChart, grid: Grid, view: Axonometry) {
  const { x, y, marks = [] } = options
  const paths = (options.paths ?? []).map(path => untilLost(options, path))
  const relief = reliefOf(grid)
  const inBox = ([px, py]: readonly [number, number]) => [unit(x, px), unit(y, py)] as const
  const heightAt = ([u, v]: readonly [number, number]) =>
    relief.heightOf(valueAt('surfaceChart', options, along(x, (u + 1) / 2), along(y, (v + 1) / 2)))
  const pieces = paths.flatMap(({ points }, index) =>
    pathPieces(points.map(inBox), palette[index] ?? ink, cells, view, heightAt),
  )
  const shapes = [...faces(relief, view), ...pieces].toSorted((a, b) => b.depth - a.depth)
  const at = (point: readonly [number, number]) => {
    const place = inBox(point)
    if (Math.max(...place.map(Math.abs)) > 1) return []
    const [px, py] = view.pixels([...place, heightAt(place)])
    return [{ px, py }]
  }
  const starts = paths.flatMap(({ name, points: [first = [0, 0]] }) =>
    at(first).map(place => ({ ...place, series: name })),
  )
  const labels = marks.flatMap(mark => at([mark.x, mark.y]).map(place => ({ ...place, text: mark.label })))
  return [
    shapeLayer([...boxEdges(view), ...shapes.map(({ shape }) => shape)]),
    ...startLayers(paths, starts),
    ...markLayers(labels),
    ...boxLabels(options, grid, view).map(labelLayer),
  ]
}

/** Where on its axis a number lies, −1…1. */
function unit({ from, to }: PlaneAxis, value: number): number {
  return (2 * (value - from)) / (to - from) - 1
}

/** The drawing is made of pixels of a plot of the usual size, and fitted into the plot that there is. */
const projection = { type: 'identity' as const }
const longitude = { field: 'px', type: 'quantitative' as const }
const latitude = { field: 'py', type: 'quantitative' as const }

function shapeLayer(shapes: readonly Shape[]) {
  const asIs = { type: 'nominal' as const, scale: null, legend: null }
  return {
    data: { values: shapes.map(({ geo, fill, stroke, width }) => ({ geo, f: fill, s: stroke, w: width })) },
    projection,
    mark: { type: 'geoshape' as const, aria: false, strokeJoin: 'round' as const },
    encoding: {
      shape: { field: 'geo', type: 'geojson' as const },
      fill: { ...asIs, field: 'f' },
      stroke: { ...asIs, field: 's' },
      strokeWidth: { ...asIs, field: 'w', type: 'quantitative' as const },
    },
  }
}

/** A ring where each path begins; the legend names the paths. */
function startLayers(paths: readonly Path[], starts: readonly object[]) {
  const names = paths.map(({ name }) => ({ series: name }))
  const series = seriesNames('surfaceChart', { field: 'paths', title: '' }, names)
  if (starts.length === 0) return []
  return [
    {
      data: { values: [...starts] },
      projection,
      mark: { type: 'point' as const, aria: false, filled: false, size: 90, strokeWidth: 2.5 },
      encoding: { longitude, latitude, ...seriesEncoding({ title: null }, series, true).point },
    },
  ]
}

function markLayers(labels: readonly object[]) {
  if (labels.length === 0) return []
  const on = { data: { values: [...labels] }, projection }
  const place = { longitude, latitude }
  const text = { ...place, text: { field: 'text', type: 'nominal' as const } }
  return [
    { ...on, mark: markDot, encoding: place },
    { ...on, mark: markHalo, encoding: text },
    { ...on, mark: markText, encoding: text },
  ]
}

function labelLayer({ px, py, text, align, isTitle }: BoxLabel) {
  return {
    data: { values: [{ px, py }] },
    projection,
    mark: {
      type: 'text' as const,
      align,
      baseline: 'middle' as const,
      text,
      ...(isTitle && { fontWeight: 'bold' as const, fontSize: 13 }),
    },
    encoding: { longitude, latitude },
  }
}
