import { createChart, type Chart, type ChartBody } from './chart.ts'

/** Width of each plot in pixels: two fit on a notebook's page. */
const width = 310

/** Shared, one chart's second series could take the other chart's third colour. */
const eachItsOwn = { color: 'independent', strokeDash: 'independent', shape: 'independent' }

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

function narrow({ spec }: Chart) {
  const body = Object.fromEntries(
    Object.entries(spec).filter(([key]) => key !== '$schema' && key !== 'config'),
  )
  return 'hconcat' in body ? body : { ...body, width }
}
