import { inspect } from 'node:util'
import { CompileError, type Problem } from './problems.ts'
import { placeInCell, readableTrace } from './trace.ts'

/** The content of an `error` message. */
export interface ErrorReport extends Record<string, unknown> {
  ename: string
  evalue: string
  traceback: string[]
}

/** Ends a cell because the user asked for it. */
export class InterruptError extends Error {
  override name = 'Interrupted'
}

/**
 * An error as the notebook shows it: its trace in the lines of cells and sources, without the kernel's own frames, then
 * the line of the cell where it happened, with a caret.
 *
 * @param cells The text of each cell by its In [number].
 */
export function errorReport(error: unknown, cells: ReadonlyMap<number, string>): ErrorReport {
  if (error instanceof CompileError) {
    const cell = cellNumber(error.code, cells)
    const evalue = error.problems.map(problem => `${place(cell, problem)} - ${problem.message}`).join('\n')
    return { ename: error.name, evalue, traceback: compileTrace(error, cell) }
  }
  if (!(error instanceof Error)) {
    return { ename: 'Thrown', evalue: inspect(error), traceback: [`Thrown: ${inspect(error)}`] }
  }
  const trace = error instanceof InterruptError ? [`${error.name}: ${error.message}`] : runTrace(error, cells)
  return { ename: error.name, evalue: asWritten(error.message), traceback: trace.map(asWritten) }
}

/** `step` as the cell has it, for `(0 , exports.step)` and `exports.step` as the script has it, in Node's own words. */
function asWritten(text: string): string {
  return text
    .replace(/\(0 , (?:exports|\w+_\d+)\.([\w$]+)\)/gu, '$1')
    .replace(/(^\s*at (?:async |new )?|\b)exports\.([\w$]+)(?= (?:\(|is not))/gu, '$1$2')
}

function runTrace(error: Error, cells: ReadonlyMap<number, string>): string[] {
  const lines = stackLines(error)
  const [cell, line, column] = placeInCell(lines) ?? []
  return [...lines, ...(cell === undefined ? [] : codeFrame(cells.get(cell), line ?? 0, column ?? 0))]
}

/** The stack, and those of its causes. */
function stackLines(error: Error, seen = new Set<Error>()): string[] {
  seen.add(error)
  const own = readableTrace(error.stack ?? String(error))
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [error.cause]
  const causes = inner.filter(cause => cause instanceof Error && !seen.has(cause)) as Error[]
  return [...own, ...causes.flatMap(cause => ['', 'Caused by:', ...stackLines(cause, seen)])]
}

/** The cell just refused is the last of its text. What a client evaluates besides is no cell. */
function cellNumber(code: string, cells: ReadonlyMap<number, string>): number | undefined {
  return [...cells].findLast(([, text]) => text === code)?.[0]
}

function place(cell: number | undefined, { line, column }: Problem): string {
  return `${cell === undefined ? '' : `cell[${cell}]:`}${line}:${column}`
}

function compileTrace({ code, problems }: CompileError, cell: number | undefined): string[] {
  return problems.flatMap((problem, index) => {
    const { line, column, message } = problem
    const number = problem.code === undefined ? '' : `TS${problem.code}: `
    const next = problems[index + 1]
    // Several may speak of one place.
    const more = next?.line === line && next.column === column
    const frame = more ? [] : codeFrame(code, line, column)
    return [`${place(cell, problem)} - ${number}${message}`, ...frame]
  })
}

function codeFrame(code: string | undefined, line: number, column: number): string[] {
  const text = code?.split('\n')[line - 1]
  if (text === undefined) return []
  // Tabs stay, so that the caret stands where the column is.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return ['', `${String(line).padStart(4)} | ${text}`, `     | ${indent}^`]
}
