import { relative } from 'node:path'
import { inspect } from 'node:util'
import { setTimeout } from 'node:timers/promises'
import { createCell, stopBackground } from './cell.ts'
import { ownTimers } from './cell-timers.ts'
import type { Compiler } from './compiler.ts'
import type { Connection } from './connection.ts'
import { currentCell, runAs, type Cell } from './current-cell.ts'
import { mimeBundle, type MimeBundle } from './display.ts'
import { errorReport, type ErrorReport } from './errors.ts'
import type { HistoryEntry } from './history.ts'
import { names } from './interrupt-points.ts'
import { redirectStreams } from './output-streams.ts'
import { progress } from './progress.ts'
import { createSession, type Session } from './session.ts'
import { closeEngine } from './tfjs-engine.ts'
import { awaited } from './waiting.ts'
import type { Content, Message } from './wire.ts'

/** Runs cells and publishes what they show. */
export interface CellRunner {
  /** Answers an `execute_request`. Never rejects. */
  execute(request: Message): Promise<Content>
  /** Ends the running cell; when none runs, whatever earlier cells have left running. */
  interrupt(): void
  declarations(): string
  history(): readonly HistoryEntry[]
  report(error: unknown): ErrorReport
}

/** How long the end of an interrupted cell may take before it is answered without, in ms. */
const patience = 500

/** From now on this process's standard streams, its timers, its stray errors and the global `display` belong to the cells. */
export function createCellRunner(connection: Connection, compiler: Compiler): CellRunner {
  const sources = new Map<number, string>()
  const history: HistoryEntry[] = []
  let count = 0
  let running: Cell | undefined
  /** Ends the running cell without waiting for its own end. */
  let abandon: (error: unknown) => void = () => undefined

  const report = (error: unknown) => errorReport(error, sources)
  const session: Session = createSession(compiler, {
    reloaded: paths => {
      process.stdout.write(`Reloaded ${paths.map(path => relative('', path)).join(', ')}\n`)
    },
    pendingInterrupt: connection.pendingInterrupt,
  })
  handOver(connection, report)

  async function execute(request: Message): Promise<Content> {
    const { content } = request
    const code = content['code']
    if (typeof code !== 'string') {
      return {
        status: 'error',
        ...report(new TypeError(`The code of a cell is a text, not ${inspect(code)}.`)),
      }
    }
    const silent = content['silent'] === true
    const stored = !silent && content['store_history'] !== false
    if (stored) count++
    const number = count
    // What leaves no trace in the notebook shares one name, not to be taken for a cell of it.
    const place = stored ? number : 0
    const cell = createCell(connection, request)
    running = cell
    sources.set(place, code)
    if (!silent) connection.publish(request, 'execute_input', { code, execution_count: number })
    try {
      const abandoned = new Promise<never>((_, reject) => (abandon = reject))
      const data = await Promise.race([
        abandoned,
        runAs(cell, () => session.run(cell, code, place, resultBundle)),
      ])
      if (stored) history.push(historyEntry(number, code, data))
      if (data && !silent) cell.publish('execute_result', { execution_count: number, data, metadata: {} })
      const user_expressions = await evaluateAll(cell, content['user_expressions'])
      return { status: 'ok', execution_count: number, payload: [], user_expressions }
    } catch (error) {
      if (connection.takeForcedStops() > 0) closeEngine()
      if (stored) history.push({ number, code })
      const found = report(error)
      // Not by the cell, which says nothing any more when it was interrupted.
      if (!silent) connection.publish(request, 'error', found)
      return { status: 'error', execution_count: number, ...found }
    } finally {
      running = undefined
    }
  }

  async function evaluateAll(cell: Cell, expressions: unknown): Promise<Content> {
    const values: Content = {}
    for (const [name, expression] of Object.entries(expressions ?? {}) as [string, unknown][]) {
      values[name] = await runAs(cell, async () => {
        try {
          const data = await mimeBundle(await session.evaluate(cell, String(expression)))
          return { status: 'ok', data, metadata: {} }
        } catch (error) {
          return { status: 'error', ...report(error) }
        }
      })
    }
    return values
  }

  function interrupt(): void {
    if (running === undefined) {
      stopBackground()
      return
    }
    const [{ signal }, end] = [running, abandon]
    running.interrupt()
    // Should the stop of a loop have hit what would have ended the cell, nothing else would end it. Each time anew: what is said
    // again may have been stopped the first time.
    void setTimeout(patience).then(() => {
      end(signal.reason)
    })
  }

  return { execute, report, interrupt, declarations: () => session.declarations(), history: () => history }
}

function resultBundle(result: unknown): Promise<MimeBundle | undefined> {
  return Promise.resolve(result === undefined ? undefined : mimeBundle(result))
}

function historyEntry(number: number, code: string, result: MimeBundle | undefined): HistoryEntry {
  const output = result?.['text/plain']
  return { number, code, ...(typeof output === 'string' ? { output } : {}) }
}

/** Gives the process to the cells: what they write, throw and set going is theirs. */
function handOver(connection: Connection, report: (error: unknown) => ErrorReport): void {
  redirectStreams((name, text) => {
    currentCell()?.write(name, text)
  })
  ownTimers()
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      // An interrupted cell may reject whatever waits for it.
      currentCell()?.write('stderr', `${report(error).traceback.join('\n')}\n`)
    })
  }
  process.on('exit', code => {
    connection.lastWords(`process.exit(${code}) was called. The kernel ends, and its variables are lost.`)
    // Native modules do not unload well.
    process.kill(process.pid, 'SIGKILL')
  })
  Object.assign(globalThis, {
    [names.awaited]: awaited,
    [names.resumed]: () => {
      connection.pollInterrupt()
      currentCell()?.throwIfStopped()
    },
    display: (value: unknown, options?: { id?: string }) => currentCell()?.displays.display(value, options),
    interruptSignal: () => currentCell()?.signal,
    progress,
    clearOutput: (wait = false) => currentCell()?.publish('clear_output', { wait }),
  })
}
