import { jupyterDisplay } from './chart.ts'
import { markdownTable } from './markdown-table.ts'
import type { Rows } from './rows.ts'
import { cellText, textTable } from './text-table.ts'

/** Rows that a notebook shows as a table: Markdown where it can be rendered, plain text elsewhere. */
export interface Table {
  readonly rows: Rows
  readonly [jupyterDisplay]: () => { readonly 'text/markdown': string; readonly 'text/plain': string }
}

/**
 * A table of rows: one column a field, in the order of the first row; numbers to 6 digits.
 *
 * @throws RangeError when there are no rows
 *
 * @example
 * table([{ 'batch size': 1, ms: 0.9 }, { 'batch size': 64, ms: 1.4 }])
 */
export function table(rows: Rows): Table {
  const [first] = rows
  if (first === undefined) throw new RangeError('table: there are no rows')
  const fields = Object.keys(first)
  return Object.freeze({
    rows,
    [jupyterDisplay]: () => ({
      'text/markdown': markdownTable(
        fields,
        rows.map(row => fields.map(field => cellText(row[field]))),
      ),
      'text/plain': textTable(rows, fields),
    }),
  })
}
