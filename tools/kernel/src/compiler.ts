import ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import type { Converter, ConvertResult, Diagnostic } from 'tslab/dist/converter.js'
import { patchTypeScript } from './patched-typescript.ts'
import { widenDeclarations } from './widen-declarations.ts'

/** A message of the compiler about a cell. Line and column count from 1. */
export interface Problem {
  line: number
  column: number
  code: number
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

export interface CompiledCell {
  /** An ES module that exports all its variables, with an inline source map. */
  module: string
  /** A declaration file of all variables and types known after the cell. */
  declarations: string
  /** The export that holds the value of the cell's last expression, if its last statement is one. */
  resultName: string | undefined
}

export interface Compiler {
  /** Compiles `code` after cells that left `declarations`. Throws {@link CompileError}. */
  compile(declarations: string, code: string): CompiledCell
  inspect(...where: Parameters<Converter['inspect']>): ReturnType<Converter['inspect']>
  complete(...where: Parameters<Converter['complete']>): ReturnType<Converter['complete']>
}

/**
 * tslab's converter, for notebooks in the current folder. Once per process: it replaces a module of tslab's.
 *
 * @param protect Runs work that would not survive being stopped in the middle.
 */
export function createCompiler(protect: <T>(work: () => T) => T): Compiler {
  const { watched, unnamedTypes } = patchTypeScript()
  const require = createRequire(import.meta.url)
  const tslab = require('tslab/dist/converter.js') as typeof import('tslab/dist/converter.js')
  const createConverter = () => tslab.createConverter({ isJS: false, isBrowser: false })
  let converter = createConverter()

  /** The result for `code`, which stands for `cell`. */
  function convert(declarations: string, code: string, cell: string): ConvertResult {
    let result = attempt(declarations, code)
    if (!result || result.diagnostics.some(({ code }) => code === moduleNotFound)) {
      converter.close()
      converter = createConverter()
      result = converter.convert(declarations, code)
    }
    const problems = result.diagnostics.map(diagnostic => toProblem(diagnostic, cell))
    if (problems.length > 0) throw new CompileError(cell, problems)
    return result
  }

  /** A converter that has failed inside, on a file that vanished for instance, fails ever after. */
  function attempt(declarations: string, code: string): ConvertResult | undefined {
    try {
      watched.refresh()
      return converter.convert(declarations, code)
    } catch {
      return undefined
    }
  }

  /** As `declOutput` of `result`, but with `any` where a type has no name. */
  function declarationsAfter(result: ConvertResult, declarations: string, code: string): string {
    const unnamed = unnamedTypes()
    if (unnamed.length === 0) return result.declOutput ?? ''
    const widened = convert(declarations, widenDeclarations(code, unnamed), code)
    if (unnamedTypes().length > 0) throw new CompileError(code, unnamed.map(toUnnamedProblem))
    return widened.declOutput ?? ''
  }

  function compile(declarations: string, code: string): CompiledCell {
    const result = convert(declarations, code, code)
    return {
      module: result.output ?? '',
      declarations: declarationsAfter(result, declarations, code),
      resultName: result.lastExpressionVar,
    }
  }

  return {
    compile: (declarations, code) => protect(() => compile(declarations, code)),
    inspect: (...where) => protect(() => converter.inspect(...where)),
    complete: (...where) => protect(() => converter.complete(...where)),
  }
}

/** A converter remembers where it found no file; only a new one looks again. */
const moduleNotFound = 2307

function toProblem({ start, code, messageText }: Diagnostic, cell: string): Problem {
  const lines = cell.split('\n')
  // A cell that breaks off is reported behind its end, in what tslab appends to it.
  const [line, column] =
    start.line < lines.length ? [start.line, start.character] : [lines.length - 1, lines.at(-1)?.length ?? 0]
  return { line: line + 1, column: column + 1, code, message: messageText }
}

function toUnnamedProblem({ file, start = 0, code, messageText }: ts.Diagnostic): Problem {
  const place = file ? ts.getLineAndCharacterOfPosition(file, start) : { line: 1, character: 0 }
  // tslab's own first line makes the difference between counting from 0 and from 1.
  const message = ts.flattenDiagnosticMessageText(messageText, '\n')
  return { line: place.line, column: place.character + 1, code, message }
}
