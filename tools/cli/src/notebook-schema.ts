import { z } from 'zod'

const text = z.union([z.string(), z.array(z.string())])

const cell = z.looseObject({
  cell_type: z.string(),
  metadata: z.looseObject({ tags: z.array(z.string()).optional() }),
  source: text,
})

/** What must hold of an `.ipynb` file here; everything else in it is kept as it is. */
export const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.number(),
  cells: z.array(cell),
})
export type Notebook = z.infer<typeof notebookSchema>
export type Cell = z.infer<typeof cell>

export function hasTag(each: Cell, tag: string): boolean {
  return each.metadata.tags?.includes(tag) ?? false
}

/** The cell's text, which a file may hold line by line. */
export function sourceOf(each: Cell): string {
  return [each.source].flat().join('')
}
