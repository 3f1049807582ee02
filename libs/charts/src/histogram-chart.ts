import { axisTitle, checkOnAxis, logDomain, logTicks, type Axis } from './axis.ts'
import { binned, type Bin } from './bins.ts'
import { createChart, type Chart } from './chart.ts'
import { headingSpec, headingText, type Heading } from './heading.ts'
import { whyNotOn, type Scale } from './rows.ts'
import { ruleLayers, type Rule } from './rule.ts'
import { seriesNames } from './series.ts'
import { textTable } from './text-table.ts'
import { palette, plotSize } from './theme.ts'

/** Numbers to be counted. */
export interface Sample {
  /** Stands in the legend where there is more than one sample or curve. */
  readonly name: string
  readonly values: ArrayLike<number>
}

/** A curve over a histogram, such as an estimated density. */
export interface HistogramCurve {
  readonly name: string
  /** In ascending order of x; `y` in the unit of the histogram's heights; `low` and `high` are the ends of a band. */
  readonly points: readonly {
    readonly x: number
    readonly y: number
    readonly low?: number
    readonly high?: number
  }[]
}

export interface HistogramChart extends Heading {
  /** At least one, with at least one number each; together with `curves` at most 6. They share their bins. */
  readonly samples: readonly Sample[]
  /** Bins of equal width over all samples; on a log axis, of equal ratio. Default: 60. */
  readonly bins?: number
  /** What the numbers measure. */
  readonly x: Omit<Axis, 'field'>
  /**
   * What the height of a bar is. 'count' is the number of values in the bin, 'density' the share of its sample's values
   * per unit of x: its bars have area 1. On a log scale empty bins have no bar. Default: 'count', 'linear'.
   */
  readonly y?: { readonly measure?: 'count' | 'density'; readonly scale?: Scale }
  /** Lines in front of the bars. What lies below a log axis is not drawn. Default: none. */
  readonly curves?: readonly HistogramCurve[]
  /** Lines across the plot. Default: none. */
  readonly rules?: readonly Rule[]
}

/**
 * How often numbers occur: an eigenvalue spectrum, say, where `y: { scale: 'log' }` shows three outliers beside a bulk of
 * thousands.
 *
 * Throws, before anything is drawn: when there are no samples, or an empty one; when a value is not a finite number, or not
 * positive on a log axis; when `bins` is not a whole number from 1 to 400; when two samples or curves have one name or
 * there are more than 6 of them; when a curve has fewer than two points, one that is not finite, a negative height or x
 * that do not ascend, or a band upside down.
 *
 * @example
 * histogramChart({
 *   title: 'A bulk at 0 and a few outliers',
 *   samples: [{ name: 'eigenvalues', values: [0.01, -0.02, 0.03, 0, 12.5] }],
 *   x: { title: 'eigenvalue' },
 *   y: { scale: 'log' },
 * })
 */
export function histogramChart(options: HistogramChart): Chart {
  const { samples, curves = [], rules = [], x, y = {} } = options
  checkSamples(options)
  for (const curve of curves) checkCurve(curve, x.scale ?? 'linear')
  for (const { axis, label, value } of rules)
    checkOnAxis('histogramChart', `rule '${label}'`, options[axis] ?? {}, value)
  const names = [...samples, ...curves].map(({ name }) => name)
  checkNames(names)
  const bins = binned(samples, options.bins ?? 60, x.scale ?? 'linear', y.measure ?? 'count')
  return createChart(
    {
      title: headingSpec(options),
      ...plotSize,
      layer: layersOf(options, bins, names),
    },
    headingText(options),
    tableOf(options, bins),
  )
}

function checkSamples({ samples, bins = 60, x: { scale = 'linear' } }: HistogramChart): void {
  if (samples.length === 0) throw new Error('histogramChart: there are no samples; it needs at least one')
  if (!Number.isInteger(bins) || bins < 1 || bins > 400)
    throw new Error(`histogramChart: bins is ${bins}; it must be a whole number from 1 to 400`)
  for (const { name, values } of samples) {
    if (values.length === 0) throw new Error(`histogramChart: sample '${name}' is empty; leave it out`)
    for (let index = 0; index < values.length; index++) {
      const problem = whyNotOn(scale, values[index])
      if (problem !== undefined)
        throw new Error(
          `histogramChart: value ${index} of sample '${name}' is ${values[index] ?? 'missing'}; ${problem}`,
        )
    }
  }
}

function checkCurve({ name, points }: HistogramCurve, scale: Scale): void {
  const fail = (problem: string) => new Error(`histogramChart: curve '${name}' ${problem}`)
  if (points.length < 2) throw fail(`has ${points.length} points; a curve needs two`)
  points.forEach(({ x, y, low = y, high = y }, index) => {
    const problem = whyNotOn(scale, x) ?? [y, low, high].map(value => whyNotOn('linear', value)).find(Boolean)
    if (problem !== undefined)
      throw fail(`has point ${index} at (${x}, ${y}) with band ${low} … ${high}; ${problem}`)
    if (y < 0) throw fail(`has the height ${y} at point ${index}; a count or a density is not negative`)
    if (low > high) throw fail(`has a band from ${low} to ${high} at point ${index}; swap the two`)
    const before = points[index - 1]
    if (before && before.x >= x)
      throw fail(`goes from x ${before.x} to ${x} at point ${index}; sort its points by x, each once`)
  })
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new Error(`histogramChart: '${twice}' names two samples or curves; give each a name of its own`)
  seriesNames(
    'histogramChart',
    { field: 'name', title: '' },
    names.map(series => ({ series })),
  )
}

/** From the back to the front. */
function layersOf(options: HistogramChart, bins: readonly Bin[], names: readonly string[]) {
  const { rules = [] } = options
  const domain = domains(options, bins)
  const place = placeEncoding(options, domain)
  const color = {
    field: 'name',
    type: 'nominal' as const,
    title: null,
    scale: { domain: [...names], range: palette.slice(0, names.length) },
    legend: names.length > 1 ? { symbolType: 'square' as const, symbolOpacity: 1 } : null,
  }
  return [
    barLayer(options, bins, domain.y[0], { ...place, color }),
    ...curveLayers(options, domain.y[0], { ...place, color }),
    ...ruleLayers(rules, ({ axis, value }) => {
      const [from, to] = domain[axis]
      const isLog = (axis === 'x' ? options.x.scale : options.y?.scale) === 'log'
      return isLog ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)
    }),
  ]
}

interface Place {
  readonly x: object
  readonly y: object
  readonly color: object
}

function barLayer({ samples }: HistogramChart, bins: readonly Bin[], base: number, { x, y, color }: Place) {
  return {
    data: { values: bins.filter(bin => bin.height > 0).map(bin => ({ ...bin, base })) },
    mark: { type: 'rect' as const, aria: false, clip: true, opacity: samples.length > 1 ? 0.5 : 0.8 },
    encoding: {
      x: { ...x, field: 'from' },
      x2: { field: 'to' },
      y: { ...y, field: 'height' },
      y2: { field: 'base' },
      color,
    },
  }
}

function curveLayers({ curves = [] }: HistogramChart, base: number, place: Place) {
  const lines = curves.flatMap(({ name, points }) => points.map(point => drawn(name, point, base)))
  const bands = lines.filter(line => 'low' in line)
  // Beside a log y Vega-Lite would stack x.
  const area = {
    ...place,
    x: { ...place.x, stack: null },
    y: { ...place.y, field: 'low', stack: null },
    y2: { field: 'high' },
  }
  return [
    ...(bands.length > 0
      ? [{ data: { values: bands }, mark: { type: 'area' as const, clip: true }, encoding: area }]
      : []),
    ...(lines.length > 0
      ? [{ data: { values: lines }, mark: { type: 'line' as const, clip: true }, encoding: place }]
      : []),
  ]
}

/** A log axis has no place for 0: what is below it goes far below, out of the plot. */
function drawn(name: string, { x, y, low, high }: HistogramCurve['points'][number], floor: number) {
  const least = floor > 0 ? floor / 100 : -Infinity
  const above = (value: number) => Math.max(least, value)
  return {
    name,
    x,
    y: above(y),
    ...(low !== undefined && high !== undefined && { low: above(low), high: above(high) }),
  }
}

/** The ends of the axes, with all bars, curves and rules on them. */
function domains({ curves = [], rules = [], x, y = {} }: HistogramChart, bins: readonly Bin[]) {
  const points = curves.flatMap(curve => curve.points)
  const onRules = (axis: 'x' | 'y') => rules.filter(rule => rule.axis === axis).map(rule => rule.value)
  const heights = bins.map(bin => bin.height).filter(height => height > 0)
  const along = extent([
    ...bins.flatMap(({ from, to }) => [from, to]),
    ...points.map(point => point.x),
    ...onRules('x'),
  ])
  const up = extent([...heights, ...points.flatMap(({ y, high = y }) => [y, high]), ...onRules('y')])
  // So that a bar of one value has a height.
  const least = y.measure === 'density' ? extent(heights)[0] / 2 : 0.5
  return {
    x: x.scale === 'log' ? logDomain(along) : along,
    y:
      y.scale === 'log'
        ? ([least, logDomain([least, up[1]])[1]] as const)
        : ([Math.min(0, ...onRules('y')), up[1]] as const),
  }
}

function placeEncoding(
  { x, y = {} }: HistogramChart,
  domain: { readonly x: readonly [number, number]; readonly y: readonly [number, number] },
) {
  const heightTitle = y.measure === 'density' ? 'density' : 'count'
  return {
    x: {
      field: 'x',
      type: 'quantitative' as const,
      title: axisTitle(x),
      ...scaleOf(x.scale, domain.x),
    },
    y: { field: 'y', type: 'quantitative' as const, title: heightTitle, ...scaleOf(y.scale, domain.y) },
  }
}

function scaleOf(scale: Scale | undefined, domain: readonly [number, number]) {
  if (scale === 'log')
    return {
      scale: { type: 'log' as const, domain: [...domain], nice: false },
      axis: { values: logTicks(domain), format: ',~g' },
    }
  return { scale: { domain: [...domain], zero: false, nice: true }, axis: { tickCount: 6 } }
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  )
}

/** The bins that hold a value. */
function tableOf({ samples, x }: HistogramChart, bins: readonly Bin[]): string {
  const title = axisTitle(x)
  const rows = bins
    .filter(bin => bin.count > 0)
    .map(({ name, from, to, count }) => ({ sample: name, from, to, count }))
  const fields = [...(samples.length > 1 ? ['sample'] : []), 'from', 'to', 'count']
  return `${title}\n${textTable(rows, fields)}`
}
