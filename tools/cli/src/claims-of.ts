import { z } from 'zod'
import { markdownCells } from './markdown-cells.ts'
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

const HEADING = ['Claim', 'Who says so', 'Measured here', 'Verdict']

/** The claims in an executed notebook, in order; none where it shows no such table. */
export function claimsOf(notebook: Notebook): readonly ShownClaim[] {
  return notebook.cells
    .flatMap(cell => outputs.safeParse(cell['outputs']).data ?? [])
    .map(output => [output.data?.['text/markdown'] ?? []].flat().join(''))
    .map(markdownCells)
    .filter(table => table?.[0]?.join() === HEADING.join())
    .flatMap(table => table?.slice(1) ?? [])
    .map(([statement = '', source = '', measured = '', verdict = '']) => ({
      statement,
      source,
      measured,
      verdict,
    }))
}
