import { createCompiler, type Compiler } from '@flatland/kernel/src/compiler.ts'
import { CompileError } from '@flatland/kernel/src/problems.ts'
import { folder, sourceOf, type Cell } from './committed.ts'

/**
 * Compiles cells as the kernel does when they are run in order: the same compiler, settings and globals, each cell after
 * what the cells before it declared. Nothing runs.
 *
 * @returns what the first cell that does not compile is refused with, a line each: `cell-05:2:7 - Type …`, line and
 *   column counted from 1 in the cell. Empty where all compile. Cells after it are not looked at.
 */
export function compileCells(cells: readonly Cell[]): string[] {
  let declarations = ''
  for (const cell of cells) {
    try {
      declarations = cellCompiler().compile(declarations, sourceOf(cell)).declarations
    } catch (error) {
      if (!(error instanceof CompileError)) throw error
      return error.message.split('\n').map(line => (/^\d+:\d+ - /.test(line) ? `${cell.id}:${line}` : line))
    }
  }
  return []
}

let compiler: Compiler | undefined

/** One for the process, in the notebooks' folder, as every kernel has it. */
function cellCompiler(): Compiler {
  process.chdir(folder)
  return (compiler ??= createCompiler(work => work()))
}
