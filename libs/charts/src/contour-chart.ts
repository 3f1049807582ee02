import { createChart, type Chart } from './chart.ts'
import { guideTitle } from './guide-title.ts'
import { headingSpec, headingText, type Heading } from './heading.ts'
import { isoBands, levelsOf, valueDomain, type IsoBand } from './iso-bands.ts'
import { pathLayers } from './path-layers.ts'
import { along, checkPlane, gridOf, planeTable, type Grid, type Plane, type PlaneAxis } from './plane.ts'
import { rampEncoding } from './ramp.ts'
import { rounded } from './rounded.ts'
import type { Scale } from './rows.ts'
import { plotSize } from './theme.ts'

export interface ContourChart extends Heading, Plane {
  /** How values become colours and levels. 'log' has no place for negative values; a zero lies below every level. Default: 'linear'. */
  readonly scale?: Scale
  /** The values that have a line: about how many, 1 … 40, at round numbers or even ratios, or which, ascending. Default: 12. */
  readonly levels?: number | readonly number[]
  /** Points of the grid along each axis, 5 … 401: the function is asked `resolution`² times. Default: 81. */
  readonly resolution?: number
}

/**
 * A function of two numbers as a map: a line wherever it has one of the levels, colours between the lines, and
 * trajectories over it. A trajectory begins at a ring and ends at an arrow head; up to 60 points each have a dot; one of
 * thousands is drawn with at most 1500 points, and looks as if all were drawn. What lies outside the axes is not drawn,
 * and a path ends where it is more than ten axis lengths outside.
 *
 * Throws, before anything is drawn: when an axis does not go from a lower to a higher finite number; when the function is
 * not finite on the grid, or negative with a log scale; when a path or a mark is not finite, a path is empty, two have
 * one name, or there are more than 6; when `levels` or `resolution` is out of its range.
 *
 * @example
 * contourChart({
 *   title: 'A narrow valley',
 *   value: (x, y) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2,
 *   x: { title: 'x', from: -2, to: 2 },
 *   y: { title: 'y', from: -1, to: 3 },
 *   valueTitle: 'loss',
 *   scale: 'log',
 *   paths: [{ name: 'gradient descent', points: [[-1, 1], [-0.9, 0.8]] }],
 *   marks: [{ label: 'minimum', x: 1, y: 1 }],
 * })
 */
export function contourChart(options: ContourChart): Chart {
  const { scale = 'linear', levels = 12, resolution = 81 } = options
  checkPlane('contourChart', options)
  checkRanges(options)
  const grid = gridOf('contourChart', options, resolution, resolution)
  if (scale === 'log') checkPositive(options, grid)
  const domain = valueDomain(grid, scale)
  const bands = isoBands(grid, typeof levels === 'number' ? levelsOf(domain, levels, scale) : levels, scale)
  const place = { x: axisOf('x', options.x), y: axisOf('y', options.y) }
  return createChart(
    {
      title: headingSpec(options),
      ...plotSize,
      layer: [bandLayer(options, bands, domain, place), ...pathLayers('contourChart', options, place)],
    },
    headingText(options),
    planeTable(options, grid),
  )
}

function checkRanges({ scale, levels = 12, resolution = 81 }: ContourChart): void {
  if (!Number.isInteger(resolution) || resolution < 5 || resolution > 401)
    throw new Error(`contourChart: resolution is ${resolution}; it must be a whole number from 5 to 401`)
  if (typeof levels === 'number') {
    if (Number.isInteger(levels) && levels >= 1 && levels <= 40) return
    throw new Error(
      `contourChart: levels is ${levels}; it must be a whole number from 1 to 40, or an array of levels`,
    )
  }
  levels.forEach((level, index) => {
    const before = levels[index - 1] ?? (scale === 'log' ? 0 : -Infinity)
    if (Number.isFinite(level) && level > before) return
    throw new Error(
      `contourChart: level ${index} is ${level}; levels must be finite, ascending and, on a log scale, positive`,
    )
  })
}

function checkPositive({ x, y }: Plane, { values, columns, rows }: Grid): void {
  const at = values.findIndex(value => value < 0)
  const place = `(${along(x, (at % columns) / (columns - 1))}, ${along(y, Math.floor(at / columns) / (rows - 1))})`
  if (at >= 0)
    throw new Error(
      `contourChart: the value at ${place} is ${values[at] ?? 0}; a log scale has no place for negative values, use a linear one`,
    )
  if (values.every(value => value === 0))
    throw new Error('contourChart: the value is 0 everywhere; a log scale needs a positive one')
}

function axisOf(field: 'x' | 'y', { title, from, to }: PlaneAxis) {
  return {
    field,
    type: 'quantitative' as const,
    title: guideTitle(title),
    scale: { domain: [from, to], zero: false, nice: false },
    axis: { tickCount: 6, grid: false },
  }
}

type PlaneEncoding = Record<'x' | 'y', ReturnType<typeof axisOf>>

/** A band is one closed line with breaks: its rings fill what lies between them. */
function bandLayer(
  options: ContourChart,
  bands: readonly IsoBand[],
  domain: readonly [number, number],
  place: PlaneEncoding,
) {
  const { valueTitle, scale = 'linear' } = options
  const fill = rampEncoding('v', valueTitle, { type: scale, domain })
  return {
    data: { values: bands.flatMap(band => bandRows(options, band)) },
    mark: {
      type: 'line' as const,
      interpolate: 'linear-closed' as const,
      filled: true,
      order: false,
      clip: true,
      aria: false,
      fillOpacity: 0.3,
      strokeWidth: 1,
    },
    encoding: {
      ...place,
      detail: { field: 'v' },
      fill,
      stroke: fill,
    },
  }
}

function bandRows({ x, y, resolution = 81 }: ContourChart, { value, rings }: IsoBand) {
  const cells = resolution - 1
  return rings.flatMap(ring => [
    { x: null, y: null, v: value },
    ...ring.map(([column, row]) => ({
      x: rounded(along(x, column / cells), x.to - x.from),
      y: rounded(along(y, row / cells), y.to - y.from),
      v: value,
    })),
  ])
}
