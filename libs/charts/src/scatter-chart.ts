import { axisEncoding, axisTitle, checkOnAxis, placeOn, type Axis } from './axis.ts'
import { createChart, type Chart } from './chart.ts'
import { guideTitle } from './guide-title.ts'
import { headingSpec, headingText, type Heading } from './heading.ts'
import { fieldNames, pointsOf, type Point } from './points.ts'
import { rampEncoding } from './ramp.ts'
import { rowReader, type Rows } from './rows.ts'
import { ruleLayers, type Rule } from './rule.ts'
import { lineSymbol, seriesEncoding, seriesNames, type Series } from './series.ts'
import { textTable } from './text-table.ts'
import { ink, plotSize } from './theme.ts'

/** A number that the colour of a point shows. */
export interface ColorAxis extends Axis {
  /** Whether 0 is grey and the two signs have colours of their own; on a linear scale only. Default: false. */
  readonly diverging?: boolean
}

export interface ScatterChart extends Heading {
  /** At least one; each is one point. */
  readonly rows: Rows
  readonly x: Axis
  readonly y: Axis
  /** One colour and shape for each value of a field, at most 6. Not together with `color`. Default: all points look the same. */
  readonly series?: Series
  /** A field of numbers that colours the points. Not together with `series`. Default: none. */
  readonly color?: ColorAxis
  /** A dashed line through rows of its own, which have the fields of `x`, `y` and `series`; `title` names it in the legend. Default: none. */
  readonly fit?: { readonly title: string; readonly rows: Rows }
  /** Lines across the plot. Default: none. */
  readonly rules?: readonly Rule[]
}

/**
 * Points; several may stand at one x. From 400 points on they are smaller and let through what is behind them. A chart
 * that is handed out should have at most about 1500: each takes some 200 bytes.
 *
 * Throws, before anything is drawn: when there are no rows; when a row lacks a named field; when a value is not a finite
 * number, or not positive on a log scale; when there are more than 6 series; when both `series` and `color` are given;
 * when a diverging colour is on a log scale.
 *
 * @example
 * scatterChart({
 *   title: 'The higher the loss, the more directions lead down',
 *   rows: [{ index: 0.02, loss: 0.3, gradient: 1e-6 }, { index: 0.11, loss: 1.2, gradient: 3e-6 }],
 *   x: { field: 'index', title: 'share of negative eigenvalues' },
 *   y: { field: 'loss', title: 'loss' },
 *   color: { field: 'gradient', title: 'gradient norm', scale: 'log' },
 * })
 */
export function scatterChart(options: ScatterChart): Chart {
  const { rows, x, y, series, color, fit, rules = [] } = options
  checkColor(options)
  const points = pointsOf('scatterChart', rows, { x, y, series })
  const colors = color ? colorsOf(rows, color) : []
  const fitted = fit ? pointsOf('scatterChart, fit', fit.rows, { x, y, series }) : []
  for (const { axis, label, value } of rules)
    checkOnAxis('scatterChart', `rule '${label}'`, options[axis], value)
  const values = points.map((point, index) => ({ ...point, ...(color && { color: colors[index] ?? 0 }) }))
  return createChart(
    {
      title: headingSpec(options),
      ...plotSize,
      data: { values },
      layer: layersOf(options, values, fitted),
    },
    headingText(options),
    textTable(rows, [...new Set([...fieldNames({ x, y, series }), ...(color ? [color.field] : [])])]),
  )
}

function checkColor({ series, color }: ScatterChart): void {
  if (series && color)
    throw new Error(
      'scatterChart: both `series` and `color` are given; a point has one colour, take one of them',
    )
  if (color?.diverging === true && color.scale === 'log')
    throw new Error(
      'scatterChart: a diverging colour is centred at 0, which a log scale does not have; leave out one of the two',
    )
}

function colorsOf(rows: Rows, { field, scale = 'linear' }: ColorAxis): number[] {
  return rows.map((row, index) => {
    if (Object.hasOwn(row, field)) return rowReader('scatterChart', row, index).number(field, scale)
    throw new Error(
      `scatterChart: row ${index} has no field '${field}'; it has ${Object.keys(row)
        .map(name => `'${name}'`)
        .join(', ')}`,
    )
  })
}

type ColoredPoint = Point & { readonly color?: number }

/** From the back to the front. */
function layersOf(options: ScatterChart, points: readonly ColoredPoint[], fitted: readonly Point[]) {
  const { x, y, series, color, fit, rules = [] } = options
  const all = [...points, ...fitted]
  const onRules = (axis: 'x' | 'y') => rules.filter(rule => rule.axis === axis).map(rule => rule.value)
  const onAxis = {
    x: [...all.map(point => point.x), ...onRules('x')],
    y: [...all.map(point => point.y), ...onRules('y')],
  }
  const place = { x: axisEncoding(x, 'x', onAxis.x), y: axisEncoding(y, 'y', onAxis.y) }
  const look = series && seriesEncoding(series, seriesNames('scatterChart', series, all), true)
  const isCrowded = points.length >= 400
  const mark = {
    type: 'point' as const,
    // A description of every point would be most of the drawing; the table has the numbers.
    aria: false,
    ...(isCrowded && { size: 22, opacity: 0.8 }),
  }
  const encoding = {
    ...place,
    ...look?.point,
    ...(color && { color: colorEncoding(color, points) }),
    tooltip: tooltip(options),
  }
  return [
    { mark, encoding },
    ...(fit ? [fitLayer(fit.title, fitted, { ...place, ...look?.line }, look ? undefined : ink)] : []),
    ...ruleLayers(rules, ({ axis, value }) => placeOn(options[axis], onAxis[axis], value)),
  ]
}

function colorEncoding(color: ColorAxis, points: readonly ColoredPoint[]) {
  const values = points.map(point => point.color ?? 0)
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  const isDiverging = color.diverging === true
  const furthest = Math.max(-low, high)
  const domain: [number, number] = isDiverging ? [-furthest, furthest] : [low, high]
  return rampEncoding('color', axisTitle(color), { type: color.scale ?? 'linear', domain, isDiverging })
}

/** In front of the points: among many it would not be seen. Grey where no series gives it a colour. */
function fitLayer(title: string, fitted: readonly Point[], encoding: object, color: string | undefined) {
  return {
    data: { values: [...fitted] },
    mark: { type: 'line' as const, ...(color !== undefined && { color }) },
    encoding: {
      ...encoding,
      strokeDash: {
        datum: title,
        type: 'nominal' as const,
        title: null,
        scale: { range: [[6, 4]] },
        legend: { symbolSize: lineSymbol },
      },
    },
  }
}

/** What a live chart tells about the point under the pointer. */
function tooltip({ x, y, series, color }: ScatterChart) {
  const number = { type: 'quantitative' as const, format: ',.4~g' }
  return [
    ...(series ? [{ field: 'series', type: 'nominal' as const, title: guideTitle(series.title) }] : []),
    { ...number, field: 'x', title: axisTitle(x) },
    { ...number, field: 'y', title: axisTitle(y) },
    ...(color ? [{ ...number, field: 'color', title: axisTitle(color) }] : []),
  ]
}
