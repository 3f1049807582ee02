import { hasWords } from '@flatland/cli/src/translate-text.ts'
import { proseMarker, sourceHash, type ProseBlock } from '@flatland/cli/src/translation.ts'
import { sourceOf, type Cell } from '../truth/committed.ts'

/**
 * What of a notebook's prose is not translated as it should be; empty where all is well.
 *
 * @param cells of the committed notebook
 * @param blocks of its translation
 */
export function proseProblems(cells: readonly Cell[], blocks: readonly ProseBlock[]): string[] {
  const prose = cells.filter(cell => cell.cell_type === 'markdown')
  const ids = prose.map(({ id }) => id)
  const kept = blocks.map(({ id }) => id)
  const inOrder = ids.filter(id => kept.includes(id)).join() === kept.filter(id => ids.includes(id)).join()
  return [
    ...(inOrder
      ? []
      : [`its blocks are not in the order of the cells, or one is there twice: ${kept.join(', ')}`]),
    ...kept
      .filter(id => !ids.includes(id))
      .map(id => `${id} is no cell of prose any more: take its block out`),
    ...prose.flatMap(cell =>
      cellProblems(
        cell,
        blocks.find(({ id }) => id === cell.id),
      ),
    ),
  ]
}

function cellProblems(cell: Cell, block: ProseBlock | undefined): string[] {
  const source = sourceOf(cell)
  const due = proseMarker(cell.id, source)
  if (block === undefined) return [`${cell.id} has no translation; its marker is ${due}`]
  if (block.hash !== sourceHash(source))
    return [`${cell.id} has changed since it was translated: look at both, then put in ${due}`]
  if (hasWords(source) && !/\p{Script=Han}/u.test(block.text)) return [`${cell.id} is still in English`]
  return paragraphsOf(block.text)
    .filter(paragraph => isSentence(paragraph) && paragraphsOf(source).includes(paragraph))
    .map(paragraph => `${cell.id} is still in English from '${paragraph.slice(0, 40)}' on`)
}

/** Without code and formulas, which are the same in every language. */
function paragraphsOf(markdown: string): string[] {
  return markdown
    .replaceAll(/```.*?```|\$\$.*?\$\$|`[^`]*`|\$[^$\n]*\$|\]\([^)]*\)/gs, '')
    .split('\n')
    .map(line => line.trim())
}

function isSentence(paragraph: string): boolean {
  return (paragraph.match(/[A-Za-z]{2,}/g) ?? []).length >= 6
}

/** The page of a notebook's prose: blocks in the order of the cells, English where there is none, what is left over at the end. */
export function pageOfProse(cells: readonly Cell[], blocks: readonly ProseBlock[]): string {
  const prose = cells.filter(cell => cell.cell_type === 'markdown')
  const leftOver = blocks.filter(({ id }) => prose.every(cell => cell.id !== id))
  const inOrder = prose.map(cell => {
    const block = blocks.find(({ id }) => id === cell.id)
    return block ?? { id: cell.id, hash: sourceHash(sourceOf(cell)), text: sourceOf(cell) }
  })
  return [...inOrder, ...leftOver]
    .map(({ id, hash, text }) => `<!-- ${id} · ${hash} -->\n\n${text}\n`)
    .join('\n')
}
