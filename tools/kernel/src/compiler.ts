import type ts from '@tslab/typescript-for-tslab'
import { createRequire } from 'node:module'
import type { ConvertResult } from 'tslab/dist/converter.js'
import { cellSource } from './cell-source.ts'
import { completions, noCompletions, quickInfo, type Completions } from './editor-help.ts'
import { withEarlierNamespaces } from './kept-declarations.ts'
import { patchTypeScript } from './patched-typescript.ts'
import { CompileError, cellProblems, refusals, unnamedProblem } from './problems.ts'
import { widenDeclarations } from './widen-declarations.ts'

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
  /** What is known of the name at a position of `code`, or of the function called around it. */
  inspect(declarations: string, code: string, position: number): ts.QuickInfo | undefined
  /** What may stand at a position of `code`. */
  complete(declarations: string, code: string, position: number): Completions
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
      renew()
      result = converter.convert(declarations, code)
    }
    if (result.diagnostics.length > 0) throw new CompileError(cell, cellProblems(result.diagnostics, cell))
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
  function declarationsAfter(
    result: ConvertResult,
    declarations: string,
    code: string,
    cell: string,
  ): string {
    const unnamed = unnamedTypes()
    if (unnamed.length === 0) return result.declOutput ?? ''
    const widened = convert(declarations, widenDeclarations(code, unnamed), cell)
    if (unnamedTypes().length > 0) throw new CompileError(cell, unnamed.map(unnamedProblem))
    return widened.declOutput ?? ''
  }

  /** Half-written code may be too much for the compiler: then it knows nothing, and starts anew for the next cell. */
  function ask<T>(question: () => T): T | undefined {
    try {
      return question()
    } catch {
      renew()
      return undefined
    }
  }

  function renew(): void {
    converter.close()
    converter = createConverter()
  }

  function compile(declarations: string, code: string): CompiledCell {
    const { text, refused } = cellSource(code)
    if (refused.length > 0) throw new CompileError(code, refusals(refused, code))
    const result = convert(declarations, text, code)
    return {
      module: result.output ?? '',
      declarations: withEarlierNamespaces(declarations, declarationsAfter(result, declarations, text, code)),
      resultName: result.lastExpressionVar,
    }
  }

  return {
    compile: (declarations, code) => protect(() => compile(declarations, code)),
    inspect: (declarations, code, position) =>
      protect(() => ask(() => quickInfo(converter, declarations, cellSource(code).text, position))),
    complete: (declarations, code, position) =>
      protect(
        () =>
          ask(() => completions(converter, declarations, cellSource(code).text, position)) ??
          noCompletions(position),
      ),
  }
}

/** A converter remembers where it found no file; only a new one looks again. */
const moduleNotFound = 2307
