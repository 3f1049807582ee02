import type { Connection } from './connection.ts'
import { currentCell, type Cell } from './current-cell.ts'
import { createDisplays } from './displays.ts'
import { InterruptError } from './errors.ts'
import { endWaiting } from './waiting.ts'
import type { Content, Parent } from './wire.ts'

/** How often the kernel was interrupted while no cell ran: what was set going before is to end. */
let idleInterrupts = 0

/** Ends what finished cells have left running: their timers, and all that waits at an `await`. */
export function stopBackground(): void {
  idleInterrupts++
  endWaiting(new InterruptError(backgroundStopped), () => true)
}

const backgroundStopped = 'What the cell had left running was stopped.'

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
  const cell: Cell = {
    displays,
    signal,
    publish,
    write(name, text) {
      if (!signal.aborted && text !== '') connection.stream({ identities, header }, name, text)
    },
    interrupt() {
      displays.stop()
      const error = new InterruptError('The cell was stopped. What it had assigned is kept.')
      abort.abort(error)
      endWaiting(error, waiting => waiting === cell)
    },
    throwIfStopped() {
      signal.throwIfAborted()
      if (idleInterrupts > begin) throw new InterruptError(backgroundStopped)
    },
  }
  return cell
}
