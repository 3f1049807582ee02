import { createChart, type Chart, type ChartBody } from './chart.ts'
import { plotSize } from './theme.ts'

/** Width of each plot in pixels: two fit on a notebook's page. */
const width = 310

/** Shared, one chart's second series could take the other chart's third colour. */
const eachItsOwn = {
  color: 'independent',
  fill: 'independent',
  stroke: 'independent',
  strokeDash: 'independent',
  shape: 'independent',
}

/**
 * Two charts in one display: the same rows on linear and on logarithmic axes, say. Each keeps its own legend.
 * Two of these beside each other make a row of three or four.
 *
 * @example
 * const on = (scale: 'linear' | 'log') =>
 *   lineChart({ title: scale, rows, x: { field: 'batchSize', title: 'batch size', scale }, y })
 * sideBySide(on('linear'), on('log'))
 */
export function sideBySide(left: Chart, right: Chart): Chart {
  const tables = [...new Set([left.table, right.table])]
  return createChart(
    { hconcat: [narrow(left), narrow(right)], spacing: 30, resolve: { scale: eachItsOwn } } as ChartBody,
    `${left.heading}\n\n${right.heading}`,
    tables.join('\n\n'),
  )
}

/** What {@link createChart} gives to the two together. */
const ofTheWhole = ['$schema', 'config', 'usermeta']

function narrow({ spec }: Chart) {
  const body = Object.fromEntries(Object.entries(spec).filter(([key]) => !ofTheWhole.includes(key)))
  if ('hconcat' in body) return body
  return { ...body, width, ...(isProjected(spec) && { height: (width / plotSize.width) * plotSize.height }) }
}

/** A projected drawing keeps its proportions: in a plot of full height it would leave much of it empty. */
function isProjected(spec: object): boolean {
  return (
    'layer' in spec &&
    Array.isArray(spec.layer) &&
    spec.layer.some(layer => 'projection' in (layer as object))
  )
}
