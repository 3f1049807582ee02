import { setImmediate } from 'node:timers'
import { createCellRequire, importedIds } from './cell-require.ts'
import { cellScript } from './cell-script.ts'
import type { CompiledCell, Compiler } from './compiler.ts'
import { InterruptError } from './errors.ts'
import { keptDeclarations } from './kept-declarations.ts'
import { moduleReloader } from './reload.ts'

/** What a notebook has so far: its variables, and what the compiler knows of them. */
export interface Session {
  /**
   * Runs a cell: In [number]. Resolves to what `show` makes of the value of its last expression (undefined if it ends
   * otherwise). Rejects with a `CompileError`, an `InterruptError`, or whatever the cell or `show` throws.
   */
  run<T>(code: string, number: number, show: (result: unknown) => Promise<T>): Promise<T>
  /** Ends the running cell, if there is one. */
  interrupt(): void
  /** What the compiler knows: for completion and inspection. */
  declarations(): string
}

export interface SessionHooks {
  /** Resolves when all is shown that the cell has begun to display. */
  displaysEnd(): Promise<unknown>
  /** Edited sources that run anew from this cell on. */
  reloaded(paths: string[]): void
}

export function createSession(compiler: Compiler, hooks: SessionHooks): Session {
  const directory = process.cwd()
  const modules = createCellRequire(directory)
  const reloader = moduleReloader()
  const variables: Record<string, unknown> = {}
  let declarations = ''
  let running: AbortController | undefined

  async function run<T>(code: string, number: number, show: (result: unknown) => Promise<T>): Promise<T> {
    const cell = compiler.compile(declarations, code)
    const script = evaluate(cellScript(cell.module, number))
    const changed = importedIds(code).length > 0 ? reloader.dropChanged() : []
    if (changed.length > 0) hooks.reloaded(changed)
    const before = { ...variables }
    try {
      const shown = await runUserCode(async signal => {
        try {
          await modules.preload(code)
          signal.throwIfAborted()
          await script(variables, modules.require)
        } finally {
          await hooks.displaysEnd()
        }
        signal.throwIfAborted()
        return show(takeResult(cell))
      })
      declarations = cell.declarations
      return shown
    } catch (error) {
      declarations = keptDeclarations(
        declarations,
        cell.declarations,
        name => variables[name] !== before[name],
      )
      throw error
    } finally {
      reloader.remember()
    }
  }

  function takeResult({ resultName }: CompiledCell): unknown {
    if (resultName === undefined) return undefined
    const result = variables[resultName]
    // Not deleted: an object that loses properties becomes slow, and all cells read their variables from this one.
    variables[resultName] = undefined
    return result
  }

  /**
   * On a stack of its own, so that a loop stopped by force takes nothing of the kernel with it. An interrupt may come
   * before that stack begins: `start` has to look at the signal before it runs what is the user's.
   */
  async function runUserCode<T>(start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    running = new AbortController()
    const { signal } = running
    try {
      return await new Promise<T>((resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as InterruptError)
        })
        setImmediate(() => {
          start(signal).then(resolve, reject)
        })
      })
    } finally {
      running = undefined
    }
  }

  return {
    run,
    interrupt: () =>
      running?.abort(new InterruptError('The cell was stopped. What it had assigned is kept.')),
    declarations: () => declarations,
  }
}

type Script = (exports: Record<string, unknown>, require: (id: string) => unknown) => Promise<void>

/** Indirect `eval`: the only way to run code in the global scope whose source map Node follows in traces. */
function evaluate(script: string): Script {
  return (0, eval)(script) as Script
}
