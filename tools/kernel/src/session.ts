import { setImmediate } from 'node:timers'
import type { Cell } from './cell.ts'
import { createCellRequire, importedIds } from './cell-require.ts'
import { cellScript } from './cell-script.ts'
import type { CompiledCell, Compiler } from './compiler.ts'
import { keptDeclarations } from './kept-declarations.ts'
import { moduleReloader } from './reload.ts'

/** What a notebook has so far: its variables, and what the compiler knows of them. */
export interface Session {
  /**
   * Runs a cell: In [number]. Resolves to what `show` makes of the value of its last expression (undefined if it ends
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
  /** Is called where a cell may be ended, see interrupt-points.ts; what it throws is thrown there. */
  throwIfStopped(): void
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
    const before = { ...variables }
    let displayErrors: unknown[] = []
    try {
      const shown = await untilInterrupted(cell.signal, async () => {
        try {
          await modules.preload(code)
          cell.signal.throwIfAborted()
          await script(variables, modules.require, resumed, hooks.pendingInterrupt)
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
      declarations = keptDeclarations(
        declarations,
        compiled.declarations,
        name => variables[name] !== before[name],
      )
      throw error
    } finally {
      reloader.remember()
    }
  }

  async function evaluate(cell: Cell, expression: string): Promise<unknown> {
    const compiled = compiler.compile(declarations, expression)
    const script = evaluateScript(cellScript(compiled.module, 0))
    await untilInterrupted(cell.signal, () =>
      script(variables, modules.require, resumed, hooks.pendingInterrupt),
    )
    return takeResult(compiled)
  }

  function resumed<T>(value: T): T {
    hooks.throwIfStopped()
    return value
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
  resumed: <T>(value: T) => T,
  pendingInterrupt: Int32Array,
) => Promise<void>

/** Indirect `eval`: the only way to run code in the global scope whose source map Node follows in traces. */
function evaluateScript(script: string): Script {
  return (0, eval)(script) as Script
}
