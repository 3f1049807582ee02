import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A cell as it stands in the file; `outputs` and `execution_count` of code cells only. */
export interface Cell {
  readonly id: string
  readonly cell_type: string
  readonly metadata: { readonly tags?: readonly string[] }
  readonly source: readonly string[]
  readonly outputs?: readonly unknown[]
  readonly execution_count?: number | null
}

/** A committed notebook: its name without extension, e.g. `05-time-per-update`, and its file's text. */
export interface Committed {
  readonly name: string
  readonly text: string
}

/** The folder of the notebooks, and of the modules that their cells import by relative paths. */
export const folder = join(import.meta.dirname, '..')

/** All notebooks that lie in the folder, in order: none is left out. */
export function committedNotebooks(): Committed[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.ipynb'))
    .sort()
    .map(file => ({ name: basename(file, '.ipynb'), text: readFileSync(join(folder, file), 'utf8') }))
}

export function cellsOf({ text }: Committed): readonly Cell[] {
  return (JSON.parse(text) as { cells: Cell[] }).cells
}

export function codeCellsOf(notebook: Committed): Cell[] {
  return cellsOf(notebook).filter(cell => cell.cell_type === 'code')
}

/** The cell as one text. */
export function sourceOf(cell: Cell): string {
  return cell.source.join('')
}

/** Whether it is the cell that `flatland run` and papermill set parameters after. */
export function isParameters(cell: Cell): boolean {
  return cell.metadata.tags?.includes('parameters') ?? false
}
