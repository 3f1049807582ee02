import { type Cell, type Notebook, sourceOf } from '@flatland/cli/src/notebook-schema.ts'

/** What a cell's copies in the second part are called, before the id of the cell. */
const AGAIN = 'again-'

/**
 * A notebook followed by the code of all its sections once more, the last section first: so each of them runs in a session in
 * which everything has run, and what came before it is not run anew. Sections begin at `## `.
 *
 * @param notebook of format 4.5: every cell has an id
 */
export function withSectionsAgain(notebook: Notebook): Notebook {
  const again = sectionsOf(notebook.cells).reverse().flat().filter(isCode).map(copy)
  return { ...notebook, cells: [...notebook.cells, ...again] }
}

/** Takes what {@link withSectionsAgain} made apart, executed or not: the notebook itself, and its cells of the second part. */
export function partsOf(doubled: Notebook): { notebook: Notebook; again: ReadonlyMap<string, Cell> } {
  const isCopy = (cell: Cell) => idOf(cell).startsWith(AGAIN)
  return {
    notebook: { ...doubled, cells: doubled.cells.filter(cell => !isCopy(cell)) },
    again: new Map(doubled.cells.filter(isCopy).map(cell => [idOf(cell).slice(AGAIN.length), cell])),
  }
}

export function idOf(cell: Cell): string {
  const id = cell['id']
  if (typeof id !== 'string') throw new Error('a cell without an id: notebooks here are of format 4.5')
  return id
}

export function isCode(cell: Cell): boolean {
  return cell.cell_type === 'code'
}

function sectionsOf(cells: readonly Cell[]): Cell[][] {
  const sections: Cell[][] = [[]]
  for (const cell of cells) {
    if (cell.cell_type === 'markdown' && sourceOf(cell).startsWith('## ')) sections.push([])
    sections.at(-1)?.push(cell)
  }
  return sections
}

/** One that fails does not keep the others from running; and only the first `parameters` cell is where they are set. */
function copy(cell: Cell): Cell {
  const tags = (cell.metadata.tags ?? []).filter(tag => tag !== 'parameters')
  return {
    ...cell,
    id: `${AGAIN}${idOf(cell)}`,
    metadata: { ...cell.metadata, tags: [...tags, 'raises-exception'] },
  }
}
