/**
 * The process in which one study is timed: it gets the study as its first message, sends each point as soon as
 * it is measured, and ends.
 */
import process from 'node:process'
import { useBackend } from '@flatland/tensor'
import { timeUpdates } from './time-updates.ts'
import { checkUpdateTimeStudy, type UpdateTime } from './update-time-study.ts'

/** What the worker tells: the backend that runs, each point, and an error that ends it. */
export type WorkerMessage =
  | { readonly kind: 'started'; readonly tensorflow: string | null }
  | { readonly kind: 'point'; readonly point: UpdateTime }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'finished' }

process.once('message', message => {
  void work(message).then(() => {
    process.disconnect()
  })
})
// Without its parent there is nobody to measure for.
process.once('disconnect', () => {
  process.exit()
})

async function work(message: unknown): Promise<void> {
  try {
    const study = checkUpdateTimeStudy(message)
    const { tensorflow } = await useBackend(study.backend, { threads: study.threads })
    tell({ kind: 'started', tensorflow })
    for await (const point of timeUpdates(study)) tell({ kind: 'point', point })
    tell({ kind: 'finished' })
  } catch (error) {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message)
}
