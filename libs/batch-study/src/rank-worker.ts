/** A process that shares the batches of a trial with the one that started it, which is to kill it. */
import { on } from 'node:events'
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { followRank } from './data-parallel.ts'
import { leaveSignalsToParent } from './leave-signals.ts'
import type { FromRank, ToRank } from './rank-process.ts'

// This process is killed in the end, and would keep nothing.
flushCompileCache()

leaveSignalsToParent()
// Without its parent there is nobody to work for.
process.once('disconnect', () => {
  process.exit()
})

const messages = on(process, 'message') as AsyncIterableIterator<[ToRank]>

async function hear(): Promise<ToRank> {
  const { value } = (await messages.next()) as IteratorYieldResult<[ToRank]>
  return value[0]
}

function tell(message: FromRank): void {
  process.send?.(message)
}

try {
  await followRank({ hear, tell })
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
}
