import { inspect } from 'node:util'
import { cellUrl } from './cell-script.ts'
import { CompileError } from './compiler.ts'

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
    return { ename: error.name, evalue: error.message, traceback: compileTrace(error) }
  }
  if (!(error instanceof Error)) {
    return { ename: 'Thrown', evalue: inspect(error), traceback: [`Thrown: ${inspect(error)}`] }
  }
  const trace = error instanceof InterruptError ? [`${error.name}: ${error.message}`] : runTrace(error, cells)
  return { ename: error.name, evalue: error.message, traceback: trace }
}

const [beforeNumber, afterNumber] = cellUrl(0).split('0') as [string, string]
const escaped = (text: string) => text.replace(/[[\]]/g, '\\$&')
const cellPlace = new RegExp(`${escaped(beforeNumber)}(\\d+)${escaped(afterNumber)}:(\\d+):(\\d+)`)
const topLevelFrame = new RegExp(`at (?:async )?eval \\((${cellPlace.source})\\)`)

function runTrace(error: Error, cells: ReadonlyMap<number, string>): string[] {
  const lines = stackLines(error)
  const [, cell, line, column] = lines.map(text => cellPlace.exec(text)).find(found => found !== null) ?? []
  const frame = cell === undefined ? [] : codeFrame(cells.get(Number(cell)), Number(line), Number(column))
  const readable = lines.map(text =>
    text.replace(topLevelFrame, 'at $1').replace(cellPlace, 'cell[$1]:$2:$3'),
  )
  return [...readable, ...frame]
}

/** The stack, and those of its causes. */
function stackLines(error: Error, seen = new Set<Error>()): string[] {
  seen.add(error)
  const own = (error.stack ?? String(error)).split('\n').filter(line => !isInternal(line))
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [error.cause]
  const causes = inner.filter(cause => cause instanceof Error && !seen.has(cause)) as Error[]
  return [...own, ...causes.flatMap(cause => ['', 'Caused by:', ...stackLines(cause, seen)])]
}

function isInternal(line: string): boolean {
  if (!/^\s+at /.test(line)) return false
  return line.includes(import.meta.dirname) || line.includes('(node:') || line.includes('at node:')
}

function compileTrace({ code, problems }: CompileError): string[] {
  return problems.flatMap(({ line, column, code: number, message }, index) => {
    const next = problems[index + 1]
    // A long message comes as several about one place.
    const more = next?.line === line && next.column === column
    return [`${line}:${column} - TS${number}: ${message}`, ...(more ? [] : codeFrame(code, line, column))]
  })
}

function codeFrame(code: string | undefined, line: number, column: number): string[] {
  const text = code?.split('\n')[line - 1]
  if (text === undefined) return []
  // Tabs stay, so that the caret stands where the column is.
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return ['', `${String(line).padStart(4)} | ${text}`, `     | ${indent}^`]
}
