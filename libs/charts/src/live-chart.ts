import { AsyncResource } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { checkOnAxis } from './axis.ts'
import { jupyterDisplay, type Chart, type ChartBundle } from './chart.ts'
import { drawSvgNow } from './draw.ts'
import { lineChart, type LineChart } from './line-chart.ts'
import { liveRows } from './live-rows.ts'
import { checkOnePointAnX, pointsOf } from './points.ts'
import type { Rows } from './rows.ts'

/** The method by which a notebook shows a value that is going to change: cheap, and without waiting. */
export const liveDisplay: unique symbol = Symbol.for('flatland.liveDisplay')

/** A line chart of rows that come while something runs. */
export interface LiveChart {
  /** Takes a row, or several, and shows the chart anew: at most ten times a second, in one place. */
  readonly add: (rows: Rows[number] | Rows) => void
  /** All rows so far, also those that cannot be drawn: a frozen copy, which later rows do not change. */
  readonly rows: Rows
  /** The rows so far as a chart, many of them thinned; throws when none of them can be drawn. */
  readonly chart: () => Chart
  readonly [liveDisplay]: () => Omit<ChartBundle, 'application/vnd.vegalite.v5+json'> | TextBundle
  readonly [jupyterDisplay]: () => Promise<ChartBundle | TextBundle>
}

/** What a cell shows while there is nothing to draw. */
export interface TextBundle {
  readonly 'text/plain': string
}

/**
 * A {@link lineChart} that grows. It shows itself below the cell that makes it, from the first row on, wherever the rows come
 * from. While the cell runs it is a picture, for JupyterLab takes 100 ms to set up a Vega-Lite chart, and would do so ten
 * times a second; the cell's end brings the same bundle as that of a `lineChart`. Outside a notebook it collects.
 *
 * A training may run away: a row whose number is NaN, infinite, or not positive on a log axis is kept in `rows` and not
 * drawn, and the subtitle counts such rows. Of many rows, the line of a series keeps in each of 120 strips of the x axis
 * the first, last, lowest and highest: every peak is there. The final state has 480 strips, one a pixel: it looks as if
 * all were drawn, and the subtitle says that they are not.
 *
 * Throws what `lineChart` throws at rules and fit. Adding throws, and takes nothing: when a row lacks a named field; when a cell that should be a number is none; when a
 * line would have two points at one x; when there are more than 6 series.
 *
 * @example
 * const chart = liveChart({
 *   title: 'The loss falls',
 *   x: { field: 'step', title: 'step' },
 *   y: { field: 'loss', title: 'loss', scale: 'log' },
 * })
 * for (let step = 0; step < 1000; step++) chart.add({ step, loss: await train() })
 */
export function liveChart(options: Omit<LineChart, 'rows'>): LiveChart {
  checkFixedParts(options)
  const kept = liveRows('liveChart', options)
  const show = boundDisplay()
  const id = `chart ${randomUUID()}`

  function chart(strips: number = detail.final): Chart {
    const { rows, total, undrawn } = kept.thinned(strips)
    const notes = [
      ...(options.subtitle === undefined ? [] : [options.subtitle]),
      ...(rows.length < total
        ? [`${count(rows.length)} of ${rowCount(total)} drawn, every peak among them`]
        : []),
      ...(undrawn > 0
        ? [`${rowCount(undrawn)} not drawn: not a finite number, or not positive on a log axis`]
        : []),
    ]
    return lineChart({ ...options, ...(notes.length > 0 && { subtitle: notes.join('; ') }), rows })
  }

  const live: LiveChart = {
    add(added) {
      kept.add(Array.isArray(added) ? (added as Rows) : [added as Rows[number]])
      void show?.(live, { id })
    },
    get rows() {
      return kept.all()
    },
    chart: () => chart(),
    [liveDisplay]() {
      if (!kept.canBeDrawn()) return nothingYet()
      const { spec, heading, table } = chart(detail.live)
      return { 'image/svg+xml': drawSvgNow(spec), 'text/plain': `${heading}\n\n${table}` }
    },
    [jupyterDisplay]: () => (kept.canBeDrawn() ? chart()[jupyterDisplay]() : Promise.resolve(nothingYet())),
  }

  function nothingYet(): TextBundle {
    return { 'text/plain': `${options.title}\n\n(${rowCount(kept.count)}, none that can be drawn)` }
  }

  return Object.freeze(live)
}

/** What else a chart throws at is known before there are rows. */
function checkFixedParts({ x, y, series, fit, rules = [] }: Omit<LineChart, 'rows'>): void {
  for (const { axis, label, value } of rules)
    checkOnAxis('liveChart', `rule '${label}'`, { x, y }[axis], value)
  if (fit)
    checkOnePointAnX('liveChart, fit', pointsOf('liveChart, fit', fit.rows, { x, y, series }), {
      x,
      y,
      series,
    })
}

/** Strips of the x axis: a pixel each at the end, as few as look right while it runs. */
const detail = { live: 120, final: 480 }

type Display = (value: unknown, options: { id: string }) => unknown

/** A kernel's global `display`, for the cell that runs now; undefined outside a notebook. */
function boundDisplay(): Display | undefined {
  const { display } = globalThis as { display?: unknown }
  return typeof display === 'function' ? AsyncResource.bind(display as Display) : undefined
}

function rowCount(number: number): string {
  return `${count(number)} row${number === 1 ? '' : 's'}`
}

function count(number: number): string {
  return number.toLocaleString('en')
}
