import { z } from 'zod'

/** How large a run is: `smoke` in a minute, `lecture` in ten, `paper` the paper's own sizes. */
export const PROFILES = ['smoke', 'lecture', 'paper'] as const
export type Profile = (typeof PROFILES)[number]

const cell = z.looseObject({
  cell_type: z.string(),
  metadata: z.looseObject({ tags: z.array(z.string()).optional() }),
})

/** What must hold of an `.ipynb` file here; everything else in it is kept as it is. */
export const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.number(),
  cells: z.array(cell),
})
export type Notebook = z.infer<typeof notebookSchema>

/**
 * Puts a cell `profile = '…'` after the cell tagged `parameters`, tagged `injected-parameters`: papermill's
 * convention. One that an earlier run injected is replaced.
 *
 * It assigns, where papermill declares: the `parameters` cell has declared `let profile` with its type, so a profile
 * that the notebook does not know fails to compile.
 *
 * @returns a new notebook, or undefined when no cell is tagged `parameters`
 */
export function injectProfile(notebook: Notebook, profile: Profile): Notebook | undefined {
  const own = notebook.cells.filter(each => !hasTag(each, 'injected-parameters'))
  const parameters = own.findIndex(each => hasTag(each, 'parameters'))
  if (parameters === -1) return undefined
  const injected = {
    cell_type: 'code',
    // Cell ids came with format 4.5.
    ...(notebook.nbformat_minor >= 5 ? { id: 'injected-parameters' } : {}),
    metadata: { tags: ['injected-parameters'] },
    source: `// Set by \`flatland run --profile ${profile}\`.\nprofile = '${profile}'`,
    outputs: [],
    execution_count: null,
  }
  return { ...notebook, cells: own.toSpliced(parameters + 1, 0, injected) }
}

function hasTag(each: z.infer<typeof cell>, tag: string): boolean {
  return each.metadata.tags?.includes(tag) ?? false
}
