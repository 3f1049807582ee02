import { z } from 'zod'
import type { Notebook } from './notebook-schema.ts'

/** A row of the table that ends a notebook, as `claimsTable` of @flatland/charts shows it. */
export interface ShownClaim {
  readonly statement: string
  readonly source: string
  readonly measured: string
  readonly verdict: string
}

const outputs = z.array(
  z.looseObject({
    data: z
      .looseObject({ 'text/markdown': z.union([z.string(), z.array(z.string())]).optional() })
      .optional(),
  }),
)

const HEADING = '| Claim | Who says so | Measured here | Verdict |'

/** The claims in an executed notebook, in order; none where it shows no such table. */
export function claimsOf(notebook: Notebook): readonly ShownClaim[] {
  return notebook.cells
    .flatMap(cell => outputs.safeParse(cell['outputs']).data ?? [])
    .map(output => [output.data?.['text/markdown'] ?? []].flat().join(''))
    .filter(markdown => markdown.startsWith(`${HEADING}\n`))
    .flatMap(markdown => markdown.split('\n').slice(2).map(claimIn))
}

function claimIn(row: string): ShownClaim {
  // A border inside a cell is escaped, so none has a space before it.
  const [statement = '', source = '', measured = '', verdict = ''] = row.slice(2, -2).split(' | ').map(plain)
  return { statement, source, measured, verdict }
}

/** Undoes what the table escapes for Markdown. */
function plain(cell: string): string {
  return cell
    .replaceAll(/\\([\\`*_{}[\]|~$#])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
