import { htmlTable, type HtmlCell } from './html.ts'
import { textColumns } from './text-columns.ts'

/** What is shown of a matrix. */
export const shownRows = 10
export const shownColumns = 10

/** The values of a matrix, each with the colour of its size. */
export interface HeatMap {
  /** What it is: kind, type and shape. */
  caption: string
  rows: number
  columns: number
  /** Asked for the upper left corner only, {@link shownRows} × {@link shownColumns}. */
  at: (row: number, column: number) => HeatMapValue
}

export type HeatMapValue = number | boolean | string | { real: number; imaginary: number }

/**
 * The upper left corner of a matrix as a table, coloured in HTML: with values of both signs from blue through none at 0
 * to orange, as strong as the magnitude; else from none at the least to orange at the greatest. What is not finite is
 * marked and takes no part in the scale; texts have no colour. The colours let the page shine through, so that its text
 * stays readable in a light and in a dark theme.
 */
export function heatMap({ caption, rows, columns, at }: HeatMap): {
  'text/html': string
  'text/plain': string
} {
  const values = range(rows, shownRows).map(row =>
    range(columns, shownColumns).map(column => at(row, column)),
  )
  const colour = colourScale(values.flat().map(sizeOf))
  const names = { rows: namesOf(rows, shownRows), columns: namesOf(columns, shownColumns) }
  const cells = names.rows.map((_, row) =>
    names.columns.map((_, column) => {
      const value = values[row]?.[column]
      return value === undefined ? dots : { ...cellOf(value), background: colour(sizeOf(value)) }
    }),
  )
  const hasNames = rows > 1 || columns > 1
  const text = cells.map((line, row) => [
    ...(hasNames ? [names.rows[row] ?? ''] : []),
    ...line.map(({ text }) => text),
  ])
  const lines = hasNames ? [['', ...names.columns], ...text] : text
  return {
    'text/html': htmlTable({
      caption,
      ...(hasNames && { columns: names.columns.map(name => ({ name, align: 'right' as const })) }),
      rows: cells.map((line, row) => ({ name: names.rows[row] ?? '', cells: line })),
    }),
    'text/plain': [
      caption,
      ...(lines.length > 0
        ? [
            textColumns(
              lines,
              (lines[0] ?? []).map(() => true),
            ),
          ]
        : []),
    ].join('\n'),
  }
}

const dots: HtmlCell = { text: '…', align: 'center' }

function range(length: number, most: number): number[] {
  return Array.from({ length: Math.min(length, most) }, (_, index) => index)
}

function namesOf(length: number, most: number): string[] {
  return [...range(length, most).map(String), ...(length > most ? ['…'] : [])]
}

function cellOf(value: HeatMapValue): HtmlCell {
  if (typeof value === 'string') return { text: cut(JSON.stringify(value)), align: 'left' }
  if (typeof value === 'boolean') return { text: String(value), align: 'right' }
  if (typeof value === 'number') {
    return { text: numberText(value), align: 'right', marked: !Number.isFinite(value) }
  }
  const { real, imaginary } = value
  const sign = imaginary < 0 ? '-' : '+'
  const marked = !Number.isFinite(real) || !Number.isFinite(imaginary)
  return { text: `${numberText(real)} ${sign} ${numberText(Math.abs(imaginary))}i`, align: 'right', marked }
}

/** A number to four digits; whole numbers with all of theirs. */
export function numberText(value: number): string {
  if (Math.abs(value) === Infinity) return value > 0 ? '∞' : '-∞'
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}

const longestText = 24

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text
}

/** What the colour stands for. */
function sizeOf(value: HeatMapValue): number {
  if (typeof value === 'string') return NaN
  return typeof value === 'object' ? Math.hypot(value.real, value.imaginary) : Number(value)
}

function colourScale(sizes: readonly number[]): (size: number) => string | undefined {
  const finite = sizes.filter(Number.isFinite)
  const low = Math.min(...finite)
  const high = Math.max(...finite)
  const isDiverging = low < 0 && high > 0
  const [zero, span] = isDiverging ? [0, Math.max(-low, high)] : [low, high - low]
  return size => {
    if (!Number.isFinite(size) || span === 0) return undefined
    const strength = (size - zero) / span
    const [red, green, blue] = strength < 0 ? [30, 110, 230] : [225, 110, 0]
    return `rgba(${red}, ${green}, ${blue}, ${Number((strongest * Math.abs(strength)).toFixed(3))})`
  }
}

/** Of the colours' opacity: more, and the text of one of the themes is hard to read. */
const strongest = 0.55
