import { AsyncLocalStorage } from 'node:async_hooks'
import type { Displays } from './displays.ts'
import type { StreamName } from './output-streams.ts'
import type { Content } from './wire.ts'

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
