import { relative } from 'node:path'
import type { Compiler } from './compiler.ts'
import type { Connection } from './connection.ts'
import { mimeBundle, type MimeBundle } from './display.ts'
import { errorReport, type ErrorReport } from './errors.ts'
import { redirectStreams } from './output-streams.ts'
import { createSession } from './session.ts'
import type { Content, Message } from './wire.ts'

/** Runs cells and publishes what they show. */
export interface CellRunner {
  /** Answers an `execute_request`. Never rejects. */
  execute(request: Message): Promise<Content>
  interrupt(): void
  declarations(): string
  report(error: unknown): ErrorReport
}

/** From now on this process's standard streams, its stray errors and the global `display` belong to the cells. */
export function createCellRunner(connection: Connection, compiler: Compiler): CellRunner {
  const cells = new Map<number, string>()
  let count = 0
  let displays: Promise<void>[] = []
  /** Whose output it is: the cell that runs, or ran last. */
  let parent: Message | undefined

  const publish = (type: string, content: Content) => {
    if (parent) connection.publish(parent, type, content)
  }
  const report = (error: unknown) => errorReport(error, cells)
  const session = createSession(compiler, {
    displaysEnd: () => Promise.allSettled(displays),
    reloaded: paths => {
      process.stdout.write(`Reloaded ${paths.map(path => relative('', path)).join(', ')}\n`)
    },
  })

  redirectStreams((name, text) => {
    publish('stream', { name, text })
  })
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      process.stderr.write(`${report(error).traceback.join('\n')}\n`)
    })
  }
  Object.assign(globalThis, { display })

  async function execute({ content, ...request }: Message): Promise<Content> {
    const code = String(content['code'])
    const silent = content['silent'] === true
    parent = { content, ...request }
    displays = []
    if (!silent) {
      cells.set(++count, code)
      publish('execute_input', { code, execution_count: count })
    }
    try {
      const data = await session.run(code, count, resultBundle)
      if (data && !silent) publish('execute_result', { execution_count: count, data, metadata: {} })
      return { status: 'ok', execution_count: count, payload: [], user_expressions: {} }
    } catch (error) {
      const content = report(error)
      if (!silent) publish('error', content)
      return { status: 'error', execution_count: count, ...content }
    }
  }

  async function resultBundle(result: unknown): Promise<MimeBundle | undefined> {
    await Promise.all(displays)
    return result === undefined ? undefined : mimeBundle(result)
  }

  /** The global of cells; see cell-globals.d.ts. A cell does not end before all it displays is shown. */
  function display(value: unknown): Promise<void> {
    const show = (data: MimeBundle) => {
      publish('display_data', { data, metadata: {}, transient: {} })
    }
    const bundle = mimeBundle(value)
    if (!(bundle instanceof Promise)) {
      show(bundle)
      return Promise.resolve()
    }
    const done = bundle.then(show)
    displays.push(done)
    // The cell reports it when it ends, awaited or not.
    done.catch(() => undefined)
    return done
  }

  return {
    execute,
    report,
    interrupt: () => {
      session.interrupt()
    },
    declarations: () => session.declarations(),
  }
}
