/** A process that runs trials, one after another, and tells how far each is. */
import process from 'node:process'
import { codeHash } from './code-hash.ts'
import { runTrial, type TrialProgress } from './run-trial.ts'
import type { TrialResult } from './trial-result.ts'
import type { Trial } from './trial.ts'

export type FromTrialWorker =
  | { readonly kind: 'progress'; readonly progress: TrialProgress }
  /** `code` is what ran: read before this process loaded it. */
  | { readonly kind: 'done'; readonly result: TrialResult; readonly code: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** Often enough for an eye, in ms. */
const TELL_EVERY = 100

const code = codeHash()

process.on('message', trial => {
  // They come one at a time: the next is sent when this one is answered.
  void run(trial as Trial).then(tell)
})
// Without its parent there is nobody to work for.
process.once('disconnect', () => {
  process.exit()
})

async function run(trial: Trial): Promise<FromTrialWorker> {
  let told = -Infinity
  const onProgress = (progress: TrialProgress): void => {
    const now = performance.now()
    if (progress.point === null && now - told < TELL_EVERY) return
    told = now
    tell({ kind: 'progress', progress })
  }
  try {
    return { kind: 'done', result: await runTrial(trial, { onProgress }), code }
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

function tell(message: FromTrialWorker): void {
  process.send?.(message)
}
