import { inspect } from 'node:util'
import { numberText } from './heat-map.ts'
import { htmlTable, type HtmlCell, type HtmlRow } from './html.ts'
import { textColumns } from './text-columns.ts'

/** Of more rows, the first and the last ten are shown; of more fields, the first twenty. */
const shownAtEachEnd = 10
const shownFields = 20
const longestText = 60

type Row = Readonly<Record<string, unknown>>

/**
 * An array of plain objects as a table: a column a field. Not one whose objects have little in common, or hold mostly
 * other objects: text says more of those.
 */
export function rowTable(value: object) {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPlainObject)) return undefined
  const rows: readonly Row[] = value
  const indices = shownIndices(rows.length)
  const shown = indices.map(index => rows[index] ?? {})
  const all = [...new Set(shown.flatMap(row => Object.keys(row)))]
  if (!isTabular(shown, all)) return undefined
  const fields = all.slice(0, shownFields)
  const hiddenFields = all.length - fields.length
  const numeric = fields.map(field => shown.every(row => isNumberOrMissing(row[field])))
  const lines = shown.map((row, line): HtmlRow => ({
    name: String(indices[line]),
    cells: fields.map((field, column): HtmlCell => {
      return { text: cellText(row[field]), align: alignment(numeric[column]) }
    }),
  }))
  const hidden = rows.length - lines.length
  const more = hidden > 0 ? [`… ${hidden.toLocaleString('en')} more`] : []
  const text = textColumns(
    [['', ...fields], ...lines.map(({ name, cells }) => [name, ...cells.map(({ text }) => text)])],
    [true, ...numeric],
  ).split('\n')
  const caption =
    count(rows.length, 'row') + (hiddenFields > 0 ? ` · ${count(hiddenFields, 'more field')} not shown` : '')
  return {
    'text/html': htmlTable({
      caption,
      columns: fields.map((name, column) => ({ name, align: alignment(numeric[column]) })),
      rows: insertAfterHead(
        lines,
        more.map(text => ({ name: '', cells: [{ text, align: 'left', span: fields.length }] })),
      ),
    }),
    'text/plain': [text[0], ...insertAfterHead(text.slice(1), more), caption].join('\n'),
  }
}

function alignment(isNumeric: boolean | undefined): 'left' | 'right' {
  return isNumeric === true ? 'right' : 'left'
}

function insertAfterHead<T>(lines: readonly T[], inserted: readonly T[]): T[] {
  return [...lines.slice(0, shownAtEachEnd), ...inserted, ...lines.slice(shownAtEachEnd)]
}

function isPlainObject(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function shownIndices(length: number): number[] {
  const all = [...Array(length).keys()]
  return length <= 2 * shownAtEachEnd ? all : [...all.slice(0, shownAtEachEnd), ...all.slice(-shownAtEachEnd)]
}

/** Half of the cells filled, and half of those with more than a reference to something else. */
function isTabular(rows: readonly Row[], fields: readonly string[]): boolean {
  const cells = rows.flatMap(row =>
    fields.filter(field => Object.hasOwn(row, field)).map(field => row[field]),
  )
  const simple = cells.filter(cell => typeof cell !== 'object' && typeof cell !== 'function')
  return (
    fields.length > 0 && 2 * cells.length >= rows.length * fields.length && 2 * simple.length >= cells.length
  )
}

function isNumberOrMissing(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value === undefined || value === null
}

function cellText(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return numberText(value)
  const text = typeof value === 'string' ? value : inspect(value, { depth: 0, breakLength: Infinity })
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > longestText ? `${line.slice(0, longestText - 1)}…` : line
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
