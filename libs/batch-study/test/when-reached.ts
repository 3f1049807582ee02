import { setTimeout } from 'node:timers/promises'
import { QueueError } from '../src/queue/queue-connection.ts'

/** Begins again until the queue can be reached, as whatever watches over a process would. */
export async function whenReached(begin: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await begin()
      return
    } catch (error) {
      if (!(error instanceof QueueError)) throw error
      await setTimeout(100)
    }
  }
}
