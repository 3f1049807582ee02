import { sourceOf, type Notebook } from './notebook-schema.ts'
import type { Parameter } from './notebook-parameters.ts'
import { describeAllowed } from './parameter-values.ts'

/** What `flatland run 06 --help` says of notebook 06: its title, its parameters, and how to set them. */
export function notebookHelp(typed: string, notebook: Notebook, parameters: readonly Parameter[]): string {
  const title = titleOf(notebook) ?? typed
  if (parameters.length === 0) return `${title}\n\nIt takes no parameters.`
  const rows = parameters.map(each => [each.name, describeAllowed(each), each.defaultText, each.note ?? ''])
  const example = parameters.find(({ name: each }) => each !== 'profile') ?? parameters[0]
  return [
    title,
    '',
    'Parameters:',
    ...table([['', 'takes', 'default', ''], ...rows]).map(line => `  ${line}`),
    ...profileHelp(parameters),
    '',
    'Example:',
    `  $ npx flatland run ${typed} -p ${example?.name ?? ''}=${example?.defaultText ?? ''}`,
  ].join('\n')
}

function profileHelp(parameters: readonly Parameter[]): string[] {
  if (!parameters.some(({ name }) => name === 'profile')) return []
  return [
    '',
    'The profile is the size of the run: smoke a minute, for tests; lecture some ten; paper the paper’s own sizes.',
  ]
}

/** The first heading, without its marks. */
function titleOf(notebook: Notebook): string | undefined {
  const prose = notebook.cells.filter(each => each.cell_type === 'markdown').map(sourceOf)
  return /^#\s+(.+)$/m.exec(prose.join('\n'))?.[1]?.trim()
}

/** Columns as wide as their widest entry. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows.map(row =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
