import type { Cell, Rows } from './rows.ts'

const shownRows = 20

/**
 * Rows as aligned plain text, for readers without pictures: one column a field, numbers to 6 digits, the first 20 rows.
 */
export function textTable(rows: Rows, fields: readonly string[]): string {
  const lines = [
    [...fields],
    ...rows.slice(0, shownRows).map(row => fields.map(field => cellText(row[field]))),
  ]
  const widths = fields.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const isNumeric = fields.map(field => typeof rows[0]?.[field] === 'number')
  const drawn = lines.map(line =>
    line
      .map((text, column) => {
        const width = widths[column] ?? 0
        return isNumeric[column] === true ? text.padStart(width) : text.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
  const hidden = rows.length - shownRows
  return [...drawn, ...(hidden > 0 ? [`… and ${hidden} more rows`] : [])].join('\n')
}

/** A cell as text, on one line; numbers to 6 digits. */
export function cellText(value: Cell | undefined): string {
  const text = typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value ?? '')
  return text.replaceAll(/\s+/g, ' ')
}
