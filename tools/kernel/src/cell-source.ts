import ts from '@tslab/typescript-for-tslab'

/** @property start Where, in UTF-16 units. */
export interface Refusal {
  start: number
  reason: string
}

/** What a cell may write as a module would, though all its variables are shared anyway. */
export interface CellSource {
  /** The cell as the compiler gets it: as long as it was, every character in its place. */
  text: string
  /** What no cell can have. */
  refused: Refusal[]
}

/**
 * Blanks out what the compiler of cells does not take, and what says nothing in a cell: the `export` of a declaration,
 * `export { a, b }`, and import attributes (`with { type: 'json' }`, which TypeScript 5.0 cannot read).
 */
export function cellSource(code: string): CellSource {
  if (isTooLong(code)) return { text: code, refused: [{ start: 0, reason: tooLong }] }
  if (!/\bexport\b|\bwith\b/.test(code)) return { text: code, refused: [] }
  const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022, true)
  const blanks: ts.TextSpan[] = []
  const refused: Refusal[] = []
  for (const [index, statement] of source.statements.entries()) {
    const start = statement.getStart(source)
    const span = { start, length: statement.end - start }
    if (isPlainList(statement)) blanks.push(span)
    else if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement))
      refused.push({ start, reason: noExports })
    else blanks.push(...exportModifiers(statement, source))
    if (ts.isImportDeclaration(statement)) {
      blanks.push(...attributes(code, statement.end, source.statements[index + 1]))
    }
  }
  return { text: blanks.reduce(blank, code), refused }
}

const noExports =
  'A cell has no exports: later cells see all its variables. Write const name = …, or import, instead.'

/** TypeScript's time grows with the square of this number: 5 s here, minutes soon after. */
const mostStatements = 20_000
const tooLong = `A cell of more than ${mostStatements} statements would take the compiler minutes. Split it, or read data from a file.`

function isTooLong(code: string): boolean {
  // Far from it, as nearly always: no need to look closer.
  if (code.length < 2 * mostStatements) return false
  let statements = 0
  const count = (node: ts.Node): void => {
    if (ts.isStatement(node)) statements++
    ts.forEachChild(node, count)
  }
  count(ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022))
  return statements > mostStatements
}

/** `export { a, b }`, which renames nothing and takes nothing from elsewhere. */
function isPlainList(statement: ts.Statement): boolean {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) return false
  const { exportClause } = statement
  return (
    !!exportClause && ts.isNamedExports(exportClause) && exportClause.elements.every(e => !e.propertyName)
  )
}

function exportModifiers(statement: ts.Statement, source: ts.SourceFile): ts.TextSpan[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  return modifiers
    .filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword)
    .map(modifier => ({ start: modifier.getStart(source), length: modifier.getWidth(source) }))
}

/** TypeScript 5.0 takes the attributes for a `with` statement behind the import. */
function attributes(code: string, importEnd: number, next: ts.Statement | undefined): ts.TextSpan[] {
  if (!next || !ts.isWithStatement(next)) return []
  const [found] = /^\s*with\s*\{[^{}]*\}/.exec(code.slice(importEnd)) ?? []
  return found === undefined ? [] : [{ start: importEnd, length: found.length }]
}

function blank(text: string, { start, length }: ts.TextSpan): string {
  const spaces = text.slice(start, start + length).replace(/[^\r\n]/g, ' ')
  return text.slice(0, start) + spaces + text.slice(start + length)
}
