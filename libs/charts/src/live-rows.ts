import type { LineChart } from './line-chart.ts'
import { checkOnePointAnX, fieldNames, pointsOf, type Point } from './points.ts'
import { checkFields, whyNotOn, type Rows } from './rows.ts'
import { seriesNames } from './series.ts'
import { thin } from './thin.ts'

type Row = Rows[number]

/** One series: its points, and the rows they come from. */
interface Line {
  points: Point[]
  rows: Row[]
  highestX: number
  /** All x so far; only once a row has come that is not the last on its line: most lines do without. */
  xs?: Set<number>
}

/** The rows of a chart that grows. */
export interface LiveRows {
  /** Takes rows, or throws and takes none; the error begins with the caller's name. */
  add(rows: Rows): void
  /** A copy, frozen: it does not grow. */
  all(): Rows
  readonly count: number
  canBeDrawn(): boolean
  /** The rows that draw each line in `strips` strips of the x axis; of how many, and how many have no place on the axes. */
  thinned(strips: number): { rows: Rows; total: number; undrawn: number }
}

export function liveRows(caller: string, options: Omit<LineChart, 'rows'>): LiveRows {
  const { x, y, band, series, fit } = options
  const all: Row[] = []
  const lines = new Map<string | undefined, Line>()
  let copy: Rows = Object.freeze([])
  const position = x.scale === 'log' ? Math.log : (value: number) => value
  const axes = [
    { field: x.field, scale: x.scale ?? 'linear' },
    ...[y.field, band?.low, band?.high]
      .filter(field => field !== undefined)
      .map(field => ({ field, scale: y.scale ?? 'linear' })),
  ]

  function add(added: Rows): void {
    if (added.length === 0) return
    const copies = added.map(row => ({ ...row }))
    checkFields(caller, copies, fieldNames(options))
    copies.forEach(checkNumbers)
    const drawn = copies.filter(row =>
      axes.every(({ field, scale }) => whyNotOn(scale, row[field]) === undefined),
    )
    const points = drawn.length === 0 ? [] : pointsOf(caller, drawn, options)
    if (!fit) checkNew(points)
    if (series)
      seriesNames(caller, series, [...[...lines.keys()].map(name => ({ series: name ?? '' })), ...points])
    points.forEach((point, index) => {
      const line = lines.get(point.series) ?? { points: [], rows: [], highestX: -Infinity }
      lines.set(point.series, line)
      line.points.push(point)
      line.rows.push(drawn[index] ?? {})
      line.highestX = Math.max(line.highestX, point.x)
      line.xs?.add(point.x)
    })
    for (const copy of copies) all.push(Object.freeze(copy))
  }

  function checkNumbers(row: Row, index: number): void {
    for (const { field } of axes) {
      const value = row[field]
      if (typeof value === 'number') continue
      throw new Error(
        `${caller}: row ${all.length + index}: '${field}' is ${JSON.stringify(value)}; it must be a number`,
      )
    }
  }

  function checkNew(points: readonly Point[]): void {
    checkOnePointAnX(caller, points, options)
    const again = points.find(({ x, series }) => isOn(lines.get(series), x))
    if (!again) return
    const name = again.series === undefined ? '' : ` in '${series?.field ?? ''}' '${again.series}'`
    throw new Error(
      `${caller}: there is a row with '${x.field}' ${again.x}${name} already; count on, tell lines apart with \`series\`, ` +
        'or make a new chart',
    )
  }

  return {
    add,
    all() {
      if (copy.length < all.length) copy = Object.freeze([...all])
      return copy
    },
    get count() {
      return all.length
    },
    canBeDrawn: () => lines.size > 0,
    thinned(strips) {
      const kept = [...lines.values()].flatMap(({ points, rows }) =>
        thin(points, strips, position).map(index => rows[index] ?? {}),
      )
      const total = [...lines.values()].reduce((sum, { points }) => sum + points.length, 0)
      return { rows: kept, total, undrawn: all.length - total }
    },
  }
}

/** Whether the line has a point at this x. */
function isOn(line: Line | undefined, x: number): boolean {
  if (!line || x > line.highestX) return false
  line.xs ??= new Set(line.points.map(point => point.x))
  return line.xs.has(x)
}
