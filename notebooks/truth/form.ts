import { readParameters } from '@flatland/cli/src/notebook-parameters.ts'
import type { Notebook } from '@flatland/cli/src/notebook-schema.ts'
import { describeType } from '@flatland/cli/src/parameter-type.ts'
import { cellsOf, isParameters, sourceOf, type Cell, type Committed } from './committed.ts'

/** The only parts that cells may have: whatever else an editor adds is noise in every diff. */
const cellKeys = ['cell_type', 'execution_count', 'id', 'metadata', 'outputs', 'source']

/**
 * What of a committed notebook is not as all of them are: the file's text, its cells' ids, outputs, parameters and
 * headings. Empty where all is well.
 */
export function formProblems(notebook: Committed): string[] {
  const cells = cellsOf(notebook)
  return [
    ...textProblems(notebook.text),
    ...cells.flatMap(cellProblems),
    ...idProblems(cells),
    ...parameterProblems(notebook, cells),
    ...tagProblems(cells),
    ...headingProblems(notebook.name, cells),
  ]
}

function textProblems(text: string): string[] {
  const parsed = JSON.parse(text) as { metadata: { kernelspec?: { name?: string } } }
  const { name } = parsed.metadata.kernelspec ?? {}
  return [
    ...(`${JSON.stringify(parsed, null, 1)}\n` === text ? [] : ['its text is not JSON with indent 1']),
    ...(name === 'flatland' ? [] : [`its kernel is ${name ?? 'none'}, not flatland`]),
  ]
}

function cellProblems(cell: Cell): string[] {
  const { id, cell_type, metadata, outputs, execution_count, source } = cell
  const stray = [
    ...Object.keys(cell).filter(key => !cellKeys.includes(key)),
    ...Object.keys(metadata).filter(key => key !== 'tags'),
  ]
  const lines = sourceOf(cell)
    .split(/(?<=\n)/)
    .filter(line => line !== '')
  return [
    ...stray.map(key => `${id} has ${key}`),
    ...(lines.join() === source.join() ? [] : [`${id}: its source is not one line an item`]),
    ...(lines.length > 0 ? [] : [`${id} is empty`]),
    ...(cell_type !== 'code' || outputs?.length === 0 ? [] : [`${id} has outputs`]),
    ...(cell_type !== 'code' || execution_count === null ? [] : [`${id} has an execution count`]),
  ]
}

function idProblems(cells: readonly Cell[]): string[] {
  const ids = cells.map(cell => cell.id)
  return ids.flatMap((id, index) => {
    const counted = `cell-${String(index).padStart(2, '0')}`
    return id === counted ? [] : [`the id of cell ${index} is ${id}, not ${counted}`]
  })
}

/** `parameters` is counted below; `picture` is on the cell whose chart stands for the notebook where all are shown. */
function tagProblems(cells: readonly Cell[]): string[] {
  const tagged = cells.flatMap(cell => (cell.metadata.tags ?? []).map(tag => ({ cell, tag })))
  const pictures = tagged.filter(({ tag }) => tag === 'picture')
  const notCode = pictures.filter(({ cell }) => cell.cell_type !== 'code')
  return [
    ...tagged
      .filter(({ tag }) => !['parameters', 'picture'].includes(tag))
      .map(({ cell, tag }) => `${cell.id} is tagged ${tag}, not parameters or picture`),
    ...(pictures.length === 1 ? [] : [`${pictures.length} cells are tagged picture, not one`]),
    ...notCode.map(({ cell }) => `${cell.id} is tagged picture and holds no code`),
  ]
}

/** As `flatland run` reads them; it throws where a range in a comment cannot be meant. */
function parameterProblems({ text }: Committed, cells: readonly Cell[]): string[] {
  const tagged = cells.filter(isParameters)
  if (tagged.length !== 1 || tagged[0]?.cell_type !== 'code')
    return [`${tagged.length} cells are tagged parameters, not one code cell`]
  const parameters = readParameters(JSON.parse(text) as Notebook) ?? []
  const declared = new Map(
    parameters.map(({ name, type, defaultText }) => [name, `${describeType(type)} = ${defaultText}`]),
  )
  return [
    ...(declared.get('profile') === "smoke | lecture | paper = 'lecture'"
      ? []
      : ["no parameter profile: 'smoke' | 'lecture' | 'paper' = 'lecture'"]),
    ...(declared.get('seed') === 'number = 0' ? [] : ['no parameter seed, a number that is 0']),
    ...parameters.flatMap(({ name, type }) => (type.kind === 'other' ? [`${name} has no type`] : [])),
  ]
}

function headingProblems(name: string, cells: readonly Cell[]): string[] {
  const prose = cells.filter(cell => cell.cell_type === 'markdown').map(sourceOf)
  const headings = prose.flatMap(text => text.match(/^#{1,2} .*$/gm) ?? [])
  const [number] = name.split('-')
  const isTitled = prose[0]?.startsWith(`# ${number ?? ''} · `) === true && cells[0]?.cell_type === 'markdown'
  const last = headings.slice(-3)
  const exercises = prose.at(-1)?.split('## Exercises')[1] ?? ''
  const count = exercises.match(/^\d+\. /gm)?.length ?? 0
  return [
    ...(isTitled ? [] : [`its first cell does not begin with # ${number ?? ''} · and a title`]),
    ...(headings.filter(heading => heading.startsWith('# ')).length === 1 ? [] : ['it has not one title']),
    ...(last.join() === '## Claims,## Summary,## Exercises'
      ? []
      : [`its last sections are ${last.join(', ')}, not Claims, Summary, Exercises`]),
    ...(count === 3 ? [] : [`it has ${count} exercises, not 3`]),
    ...provenanceProblems(cells.at(-1)),
  ]
}

/** The last cell tells where the numbers come from. */
function provenanceProblems(last: Cell | undefined): string[] {
  const code = last?.cell_type === 'code' ? sourceOf(last) : ''
  return ['backend', 'profile', 'seed', 'node', 'processor']
    .filter(fact => !new RegExp(`\\b${fact}\\b`).test(code))
    .map(fact => `its last cell does not tell ${fact}`)
}
