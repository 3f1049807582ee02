import { setImmediate } from 'node:timers'
import type { Cell } from './current-cell.ts'
import { createCellRequire, importedIds } from './cell-require.ts'
import { cellScript } from './cell-script.ts'
import type { CompiledCell, Compiler } from './compiler.ts'
import { keptDeclarations } from './kept-declarations.ts'
import { exportedNames, type CellParameter } from './live-bindings.ts'
import { moduleReloader } from './reload.ts'

/** What a notebook has so far: its variables, and what the compiler knows of them. */
export interface Session {
  /**
   * Runs a cell: In [number], 0 if it is none of the notebook's. Resolves to what `show` makes of the value of its last expression (undefined if it ends
   * otherwise). Rejects with a `CompileError`, an `InterruptError`, or whatever the cell or `show` throws.
   */
  run<T>(cell: Cell, code: string, number: number, show: (result: unknown) => Promise<T>): Promise<T>
  /** The value of an expression; leaves no trace in the notebook. Rejects as {@link run} does. */
  evaluate(cell: Cell, expression: string): Promise<unknown>
  /** What the compiler knows: for completion and inspection. */
  declarations(): string
}

export interface SessionHooks {
  /** Edited sources that run anew from this cell on. */
  reloaded(paths: string[]): void
  /** Its number is not 0 while an interrupt waits to be handled. */
  pendingInterrupt: Int32Array
}

export function createSession(compiler: Compiler, hooks: SessionHooks): Session {
  const directory = process.cwd()
  const modules = createCellRequire(directory)
  const reloader = moduleReloader()
  const variables: Record<string, unknown> = {}
  let declarations = ''

  async function run<T>(
    cell: Cell,
    code: string,
    number: number,
    show: (result: unknown) => Promise<T>,
  ): Promise<T> {
    const compiled = compiler.compile(declarations, code)
    const script = evaluateScript(cellScript(compiled.module, number))
    const changed = importedIds(code).length > 0 ? reloader.dropChanged() : []
    if (changed.length > 0) hooks.reloaded(changed)
    const reached = new Set<string>()
    let displayErrors: unknown[] = []
    try {
      const shown = await untilInterrupted(cell.signal, async () => {
        try {
          await modules.preload(code)
          cell.signal.throwIfAborted()
          await script(variables, modules.require, hooks.pendingInterrupt, parameter(reached))
        } finally {
          displayErrors = await cell.displays.end()
        }
        cell.signal.throwIfAborted()
        if (displayErrors.length > 0) throw displayErrors[0]
        return show(takeResult(compiled))
      })
      declarations = compiled.declarations
      return shown
    } catch (error) {
      const own = exportedNames(compiled.module)
      const unreached = (name: string) => own.has(name) && !reached.has(name)
      declarations = keptDeclarations(declarations, compiled.declarations, unreached)
      throw error
    } finally {
      reloader.remember()
    }
  }

  async function evaluate(cell: Cell, expression: string): Promise<unknown> {
    const compiled = compiler.compile(declarations, expression)
    const script = evaluateScript(cellScript(compiled.module, 0))
    await untilInterrupted(cell.signal, () =>
      script(variables, modules.require, hooks.pendingInterrupt, parameter(new Set())),
    )
    return takeResult(compiled)
  }

  /** @param reached Takes the names that the cell has declared. */
  function parameter(reached: Set<string>): CellParameter {
    const { meta } = modules
    return {
      meta,
      declared: (...names) => {
        for (const name of names) reached.add(name)
      },
    }
  }

  function takeResult({ resultName }: CompiledCell): unknown {
    if (resultName === undefined) return undefined
    const result = variables[resultName]
    // Not deleted: an object that loses properties becomes slow, and all cells read their variables from this one.
    variables[resultName] = undefined
    return result
  }

  return { run, evaluate, declarations: () => declarations }
}

/**
 * Starts on a stack of its own, so that a loop stopped by force takes nothing of the kernel with it. An interrupt may
 * come before that stack begins.
 */
function untilInterrupted<T>(signal: AbortSignal, start: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
    setImmediate(() => {
      if (!signal.aborted) start().then(resolve, reject)
    })
  })
}

type Script = (
  exports: Record<string, unknown>,
  require: (id: string) => unknown,
  pendingInterrupt: Int32Array,
  cell: CellParameter,
) => Promise<void>

/** Indirect `eval`: the only way to run code in the global scope whose source map Node follows in traces. */
function evaluateScript(script: string): Script {
  return (0, eval)(script) as Script
}
