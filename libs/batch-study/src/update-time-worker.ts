/**
 * The process in which one round of a study is timed: it gets the study as its first message, sends the times of
 * each batch size as soon as they are measured, and ends.
 */
import process from 'node:process'
import { useBackend } from '@flatland/tensor'
import { measureFlopsPerSecond } from './arithmetic-time.ts'
import { timeUpdates, type TimesAtSize } from './time-updates.ts'
import { checkUpdateTimeStudy } from './update-time-study.ts'

/** What the worker tells: the backend that runs and its speed, the times at each size, and an error that ends it. */
export type WorkerMessage =
  | { readonly kind: 'started'; readonly tensorflow: string | null; readonly flopsPerSecond: number }
  | { readonly kind: 'times'; readonly at: TimesAtSize }
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
    tell({ kind: 'started', tensorflow, flopsPerSecond: measureFlopsPerSecond(study.backend) })
    for await (const at of timeUpdates(study)) tell({ kind: 'times', at })
    tell({ kind: 'finished' })
  } catch (error) {
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message)
}
