import { axisTitle, checkOnAxis } from './axis.ts'
import { createChart, type Chart } from './chart.ts'
import { guideTitle } from './guide-title.ts'
import { headingSpec, headingText, type Heading } from './heading.ts'
import { checkFields, rowReader, type Rows } from './rows.ts'
import { seriesNames, type Series } from './series.ts'
import { textTable } from './text-table.ts'
import { palette, plotSize } from './theme.ts'

export interface BarChart extends Heading {
  /** At least one; each is one bar. */
  readonly rows: Rows
  /** The field that names a group of bars; groups stand in the order of their first rows. */
  readonly category: { readonly field: string; readonly title: string }
  /** The field with the length of a bar: numbers from 0 on. */
  readonly value: { readonly field: string; readonly title: string; readonly unit?: string }
  /** One bar in each group for each value of a field, at most 6; its name stands beside the bar. Default: one bar a group. */
  readonly series?: Series
  /** A dashed line across all bars, with its label at the top. Default: none. */
  readonly rule?: { readonly value: number; readonly label: string }
}

/**
 * Horizontal bars, grouped by category, each with its value to 3 digits and its series' name beside it.
 *
 * Throws, before anything is drawn: when there are no rows; when a row lacks a named field; when a value is not a finite
 * number from 0 on; when there are more than 6 series; when two rows make the same bar.
 *
 * @example
 * barChart({
 *   title: 'Time of an update, relative to PyTorch',
 *   rows: [{ network: 'MLP', engine: 'native', ratio: 1.2 }, { network: 'MLP', engine: 'wasm', ratio: 3.4 }],
 *   category: { field: 'network', title: 'network' },
 *   value: { field: 'ratio', title: 'time / time of PyTorch' },
 *   series: { field: 'engine', title: 'engine' },
 *   rule: { value: 1, label: 'PyTorch' },
 * })
 */
export function barChart(options: BarChart): Chart {
  const { rows, category, value, series, rule } = options
  const fields = [category.field, ...(series ? [series.field] : []), value.field]
  checkFields('barChart', rows, fields)
  const bars = rows.map((row, index) => barOf(row, index, options))
  checkNoBarTwice(bars, options)
  if (rule) checkOnAxis('barChart', `rule '${rule.label}'`, {}, rule.value)
  const heading = headingSpec(options)
  return createChart(
    {
      title: rule ? { ...heading, offset: 26 } : heading,
      width: plotSize.width,
      height: { step: 20 },
      data: { values: bars },
      layer: layersOf(options, series ? seriesNames('barChart', series, bars) : undefined),
    },
    headingText(options),
    textTable(rows, fields),
  )
}

/** A row as the chart holds it, under names of our own. */
interface Bar {
  readonly category: string
  readonly value: number
  readonly series?: string
  readonly label: string
}

function barOf(row: Rows[number], index: number, { category, value, series }: BarChart): Bar {
  const read = rowReader('barChart', row, index)
  const length = read.number(value.field, 'linear')
  if (length < 0)
    throw new Error(`barChart: row ${index}: '${value.field}' is ${length}; a bar shows numbers from 0 on`)
  const name = series && read.name(series.field)
  const label = [Number(length.toPrecision(3)), ...(name === undefined ? [] : [name])].join('  ')
  return {
    category: read.name(category.field),
    value: length,
    label,
    ...(name !== undefined && { series: name }),
  }
}

/** Vega-Lite would stack them. */
function checkNoBarTwice(bars: readonly Bar[], { category, series }: BarChart): void {
  const seen = new Map<string, number>()
  bars.forEach((bar, index) => {
    const key = JSON.stringify([bar.category, bar.series])
    const before = seen.get(key)
    if (before !== undefined)
      throw new Error(
        `barChart: rows ${before} and ${index} are the same bar: '${category.field}' '${bar.category}'` +
          (series ? `, '${series.field}' '${bar.series ?? ''}'` : '') +
          '; tell bars apart with `series`, or take the median of repeated measurements first',
      )
    seen.set(key, index)
  })
}

function layersOf({ category, value, series, rule }: BarChart, names: readonly string[] | undefined) {
  const nominal = { type: 'nominal' as const, sort: null }
  const domain = [...(names ?? [])]
  const place = {
    x: { field: 'value', type: 'quantitative' as const, title: axisTitle(value), axis: { tickCount: 6 } },
    y: { ...nominal, field: 'category', title: guideTitle(category.title), scale: { paddingInner: 0.3 } },
    ...(series && { yOffset: { field: 'series', type: 'nominal' as const, scale: { domain } } }),
  }
  const oneRow = { values: [{}] }
  const at = rule && { x: { datum: rule.value } }
  return [
    {
      mark: 'bar' as const,
      encoding: {
        ...place,
        ...(series && {
          color: {
            ...nominal,
            field: 'series',
            title: guideTitle(series.title),
            legend: null,
            scale: { domain, range: [...palette] },
          },
        }),
      },
    },
    {
      mark: { type: 'text' as const, align: 'left' as const, dx: 10 },
      // In a column beside the plot, where neither the rule nor a bar crosses it.
      encoding: { ...place, x: { value: 'width' as const }, text: { field: 'label' } },
    },
    ...(rule
      ? [
          { data: oneRow, mark: 'rule' as const, encoding: { ...at } },
          {
            data: oneRow,
            mark: { type: 'text' as const, text: rule.label, baseline: 'bottom' as const, dy: -5 },
            encoding: { ...at, y: { value: 0 } },
          },
        ]
      : []),
  ]
}
