import { AsyncLocalStorage } from 'node:async_hooks'
import type { Connection } from './connection.ts'
import { createDisplays, type Displays } from './displays.ts'
import { InterruptError } from './errors.ts'
import type { StreamName } from './output-streams.ts'
import type { Content, Parent } from './wire.ts'

/** One run of a cell: whose outputs, timers and errors they are. */
export interface Cell {
  displays: Displays
  /** Aborted by {@link interrupt}; a cell whose signal is aborted shows nothing any more. */
  signal: AbortSignal
  publish(type: string, content: Content): void
  write(name: StreamName, text: string): void
  interrupt(): void
  /** Throws when what the cell has set going is to end. */
  throwIfStopped(): void
}

/** How often the kernel was interrupted while no cell ran: what was set going before is to end. */
let idleInterrupts = 0

const storage = new AsyncLocalStorage<Cell>()
let latest: Cell | undefined

/** The cell whose code runs now, through whatever timers and promises; the one that began last where none is known. */
export function currentCell(): Cell | undefined {
  return storage.getStore() ?? latest
}

/** Runs `work`, and all that it sets going, as the code of `cell`. */
export function runAs<T>(cell: Cell, work: () => T): T {
  latest = cell
  return storage.run(cell, work)
}

/** Ends what finished cells have left running: their timers, and their loops at the next `await`. */
export function stopBackground(): void {
  idleInterrupts++
}

/** Tells, from now on, whether something that the current cell sets going at this moment is to end. */
export function stopWatch(): () => boolean {
  const cell = currentCell()
  const before = idleInterrupts
  return () => idleInterrupts > before || cell?.signal.aborted === true
}

/** A cell whose outputs answer `parent`. */
export function createCell(connection: Pick<Connection, 'publish' | 'stream'>, parent: Parent): Cell {
  const { identities, header } = parent
  const abort = new AbortController()
  const { signal } = abort
  const begin = idleInterrupts
  const publish = (type: string, content: Content) => {
    if (!signal.aborted) connection.publish({ identities, header }, type, content)
  }
  const displays = createDisplays(publish)
  return {
    displays,
    signal,
    publish,
    write(name, text) {
      if (!signal.aborted && text !== '') connection.stream({ identities, header }, name, text)
    },
    interrupt() {
      displays.stop()
      abort.abort(new InterruptError('The cell was stopped. What it had assigned is kept.'))
    },
    throwIfStopped() {
      signal.throwIfAborted()
      if (idleInterrupts > begin) throw new InterruptError('What the cell had left running was stopped.')
    },
  }
}
