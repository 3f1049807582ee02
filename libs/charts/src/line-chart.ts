import { axisEncoding, axisTitle, checkOnAxis, placeOn, type Axis } from './axis.ts'
import { createChart, type Chart } from './chart.ts'
import { guideTitle } from './guide-title.ts'
import { headingSpec, headingText, type Heading } from './heading.ts'
import { checkOnePointAnX, fieldNames, pointsOf, type Band, type Point } from './points.ts'
import type { Rows } from './rows.ts'
import { ruleLayers, type Rule } from './rule.ts'
import { lineSymbol, seriesEncoding, seriesNames, type Series } from './series.ts'
import { textTable } from './text-table.ts'
import { plotSize } from './theme.ts'

export interface LineChart extends Heading {
  /** At least one; each is one point of one series. */
  readonly rows: Rows
  readonly x: Axis
  readonly y: Axis
  /** One line for each value of a field, at most 6, told apart by colour, dash and point shape. Default: one line. */
  readonly series?: Series
  /** A shaded band between two fields, in the unit of `y`: quartiles, say. Default: none. */
  readonly band?: Band
  /** Whether a point marks each row on its line. Default: false. */
  readonly points?: boolean
  /**
   * A model of the rows: a dashed line through rows of its own, which have the fields of `x`, `y` and `series`. The
   * chart's rows are then points without a line. `title` names it in the legend. Default: none.
   */
  readonly fit?: { readonly title: string; readonly rows: Rows }
  /** Lines across the plot. Default: none. */
  readonly rules?: readonly Rule[]
}

/**
 * A chart of y against x: lines, or, with `fit`, points and the curve of a model.
 *
 * Throws, before anything is drawn: when there are no rows; when a row lacks a named field; when a value is not a finite
 * number, or not positive on a log axis; when the low end of a band is above the high one; when there are more than 6
 * series; when a line would have two points at one x.
 *
 * @example
 * lineChart({
 *   title: 'An update costs the same until parallelism runs out',
 *   rows: [{ batchSize: 1, ms: 2.1, q1: 2, q3: 2.3 }, { batchSize: 64, ms: 2.2, q1: 2.1, q3: 2.5 }],
 *   x: { field: 'batchSize', title: 'batch size', scale: 'log' },
 *   y: { field: 'ms', title: 'time per update', unit: 'ms' },
 *   band: { low: 'q1', high: 'q3' },
 * })
 */
export function lineChart(options: LineChart): Chart {
  const { rows, x, y, series, fit, rules = [] } = options
  const points = pointsOf('lineChart', rows, options)
  const fitted = fit ? pointsOf('lineChart, fit', fit.rows, { x, y, series }) : []
  if (fit) checkOnePointAnX('lineChart, fit', fitted, options)
  else checkOnePointAnX('lineChart', points, options)
  for (const { axis, label, value } of rules)
    checkOnAxis('lineChart', `rule '${label}'`, options[axis], value)
  return createChart(
    {
      title: headingSpec(options),
      ...plotSize,
      data: { values: points },
      layer: layersOf(options, points, fitted),
    },
    headingText(options),
    textTable(rows, fieldNames(options)),
  )
}

/** From the back to the front. */
function layersOf(options: LineChart, points: Point[], fitted: Point[]) {
  const { x, y, series, band, fit, rules = [] } = options
  const all = [...points, ...fitted]
  const onAxis = {
    x: [...all.map(point => point.x), ...valuesOn('x', rules)],
    y: [...all.flatMap(({ y, low = y, high = y }) => [low, y, high]), ...valuesOn('y', rules)],
  }
  const place = { x: axisEncoding(x, 'x', onAxis.x), y: axisEncoding(y, 'y', onAxis.y) }
  const hasPoints = fit !== undefined || options.points === true
  const look = series && seriesEncoding(series, seriesNames('lineChart', series, all), hasPoints)

  const area = {
    // Beside a log y Vega-Lite would stack x.
    x: { ...place.x, stack: null },
    y: { ...place.y, field: 'low', stack: null },
    y2: { field: 'high' },
    ...look?.area,
  }
  const line = { ...place, ...look?.line, ...(fit && fitLook(fit.title)) }
  const point = { ...place, ...look?.point, ...tooltip(options) }
  return [
    ...(band ? [{ mark: 'area' as const, encoding: area }] : []),
    { ...(fit && { data: { values: fitted } }), mark: 'line' as const, encoding: line },
    ...(hasPoints ? [{ mark: 'point' as const, encoding: point }] : []),
    ...ruleLayers(rules, ({ axis, value }) => placeOn(options[axis], onAxis[axis], value)),
  ]
}

function valuesOn(axis: 'x' | 'y', rules: readonly Rule[]): number[] {
  return rules.filter(rule => rule.axis === axis).map(rule => rule.value)
}

/** One dash for the fit of every series, with an entry of its own in the legend. */
function fitLook(title: string) {
  const scale = { range: [[6, 4]] }
  return {
    strokeDash: {
      datum: title,
      type: 'nominal' as const,
      title: null,
      scale,
      legend: { symbolSize: lineSymbol },
    },
  }
}

/** What a live chart tells about the point under the pointer. */
function tooltip({ x, y, series, band }: LineChart) {
  const number = { type: 'quantitative' as const, format: ',.4~g' }
  return {
    tooltip: [
      ...(series ? [{ field: 'series', type: 'nominal' as const, title: guideTitle(series.title) }] : []),
      { ...number, field: 'x', title: axisTitle(x) },
      { ...number, field: 'y', title: axisTitle(y) },
      ...(band
        ? [
            { ...number, field: 'low', title: guideTitle(band.low) },
            { ...number, field: 'high', title: guideTitle(band.high) },
          ]
        : []),
    ],
  }
}
