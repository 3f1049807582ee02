import ts from '@tslab/typescript-for-tslab'
import type { Diagnostic } from 'tslab/dist/converter.js'
import type { Refusal } from './cell-source.ts'

/** A message of the compiler about a cell. Line and column count from 1. */
export interface Problem {
  line: number
  column: number
  /** TypeScript's number for it; none if it is the kernel that refuses. */
  code: number | undefined
  message: string
}

/** A cell that TypeScript refuses. */
export class CompileError extends Error {
  override name = 'CompileError'
  readonly code: string
  readonly problems: readonly Problem[]

  constructor(code: string, problems: readonly Problem[]) {
    super(problems.map(({ line, column, message }) => `${line}:${column} - ${message}`).join('\n'))
    this.code = code
    this.problems = problems
  }
}

/** What tslab reports about `cell`, as far as a reader can take it in. */
export function cellProblems(diagnostics: readonly Diagnostic[], cell: string): Problem[] {
  const lines = cell.split('\n')
  const problems = diagnostics.slice(0, most).map(diagnostic => toProblem(diagnostic, lines))
  const unread = diagnostics[most]
  if (unread) {
    const { line, column } = toProblem(unread, lines)
    problems.push({
      line,
      column,
      code: undefined,
      message: `and ${diagnostics.length - most} more problems`,
    })
  }
  return explained(problems, lines)
}

const most = 20

function toProblem({ start, code, messageText }: Diagnostic, lines: string[]): Problem {
  // A cell that breaks off is reported behind its end, in what tslab appends to it.
  const [line, column] =
    start.line < lines.length ? [start.line, start.character] : [lines.length - 1, lines.at(-1)?.length ?? 0]
  return { line: line + 1, column: column + 1, code, message: messageText }
}

/** With one problem that says it clearly for the many that `using` causes in a TypeScript that cannot read it. */
function explained(problems: Problem[], lines: string[]): Problem[] {
  const before = ({ line, code }: Problem) =>
    code === unexpectedWord || code === semicolonExpected
      ? usingIn.exec(lines[line - 1] ?? '')?.[1]
      : undefined
  const first = problems.find(problem => before(problem) !== undefined)
  if (!first) return problems
  const message = `TypeScript ${ts.version} cannot read \`using\`: write const, and dispose of the value in a finally block.`
  return [{ ...first, column: (before(first)?.length ?? 0) + 1, message }]
}

const unexpectedWord = 1434
const semicolonExpected = 1005
const usingIn = /^(.*?\b)(?:await\s+)?using\s+[\w$]+\s*[:=]/

/** What the kernel itself refuses. */
export function refusals(refused: readonly Refusal[], cell: string): Problem[] {
  return refused.map(({ start, reason }) => {
    const before = cell.slice(0, start).split('\n')
    return {
      line: before.length,
      column: (before.at(-1)?.length ?? 0) + 1,
      code: undefined,
      message: reason,
    }
  })
}

/** A declaration of the cell whose type could not be written down, whatever was tried. */
export function unnamedProblem({ file, start = 0, code, messageText }: ts.Diagnostic): Problem {
  const place = file ? ts.getLineAndCharacterOfPosition(file, start) : { line: 1, character: 0 }
  // tslab's own first line makes the difference between counting from 0 and from 1.
  const message = ts.flattenDiagnosticMessageText(messageText, '\n')
  return { line: place.line, column: place.character + 1, code, message }
}
