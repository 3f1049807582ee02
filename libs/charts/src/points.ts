import type { Axis } from './axis.ts'
import { checkFields, rowReader, type Rows } from './rows.ts'
import type { Series } from './series.ts'

/** Which fields of the rows a line chart reads. */
export interface Fields {
  readonly x: Axis
  readonly y: Axis
  readonly series?: Series | undefined
  readonly band?: Band | undefined
}

/** The fields of the rows that hold the ends of a band. */
export interface Band {
  readonly low: string
  readonly high: string
}

/**
 * A row as a chart holds it: only what is drawn, under names of our own, for Vega-Lite reads dots and brackets in a
 * field's name as a path.
 */
export interface Point {
  readonly x: number
  readonly y: number
  readonly low?: number
  readonly high?: number
  readonly series?: string
}

/** The names of the fields, each once. */
export function fieldNames({ x, y, series, band }: Fields): string[] {
  const names = [series?.field, x.field, y.field, band?.low, band?.high]
  return [...new Set(names.filter(name => name !== undefined))]
}

/** Reads and checks all rows; what it throws begins with `caller`. */
export function pointsOf(caller: string, rows: Rows, fields: Fields): Point[] {
  checkFields(caller, rows, fieldNames(fields))
  return rows.map((row, index) => {
    const { x, y, series, band } = fields
    const read = rowReader(caller, row, index)
    return {
      x: read.number(x.field, x.scale ?? 'linear'),
      y: read.number(y.field, y.scale ?? 'linear'),
      ...(band && bandOf(caller, row, index, fields, band)),
      ...(series && { series: read.name(series.field) }),
    }
  })
}

function bandOf(caller: string, row: Rows[number], index: number, { y }: Fields, band: Band) {
  const read = rowReader(caller, row, index)
  const low = read.number(band.low, y.scale ?? 'linear')
  const high = read.number(band.high, y.scale ?? 'linear')
  if (low <= high) return { low, high }
  throw new Error(
    `${caller}: row ${index}: the band's low end '${band.low}' ${low} is above its high end '${band.high}' ${high}; swap the two`,
  )
}

/** Throws when a line would have two points above one x: it would run up and down there. */
export function checkOnePointAnX(caller: string, points: readonly Point[], { x, series }: Fields): void {
  const seen = new Map<string, number>()
  points.forEach((point, index) => {
    const key = JSON.stringify([point.x, point.series])
    const before = seen.get(key)
    if (before !== undefined)
      throw new Error(
        `${caller}: rows ${before} and ${index} both have '${x.field}' ${point.x}` +
          (series ? ` in '${series.field}' '${point.series ?? ''}'` : '') +
          '; tell lines apart with `series`, or take the median of repeated measurements first',
      )
    seen.set(key, index)
  })
}
