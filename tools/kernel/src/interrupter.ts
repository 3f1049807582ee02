import { Session } from 'node:inspector'
import { slots } from './connection.ts'

/** How long the main thread may take to notice an interrupt before its loop is stopped by force, in ms. */
const patience = 400

/** How soon to look again at a thread that was just then doing what must not be stopped, in ms. */
const impatience = 20

/**
 * Interrupts the main thread from another one: first asks; a main thread that does not answer is in a loop, which is
 * then stopped by force.
 *
 * @param ask Tells the main thread to look at the count of interrupts.
 */
export function createInterrupter(shared: Int32Array, ask: () => void): { interrupt(): void } {
  return {
    interrupt() {
      const count = Atomics.add(shared, slots.interrupts, 1) + 1
      Atomics.store(shared, slots.pending, 1)
      ask()
      const insist = () => {
        if (Atomics.load(shared, slots.seenInterrupts) >= count) return
        const isProtected = Atomics.load(shared, slots.protected) === 1
        if (!isProtected) {
          Atomics.add(shared, slots.forcedStops, 1)
          terminateMainThread()
          // What was just being received may be what was stopped.
          ask()
        }
        setTimeout(insist, isProtected ? impatience : patience)
      }
      setTimeout(insist, patience)
    },
  }
}

function terminateMainThread(): void {
  const mainThread = new Session()
  mainThread.connectToMainThread()
  mainThread.post('Runtime.terminateExecution', () => {
    mainThread.disconnect()
  })
}
