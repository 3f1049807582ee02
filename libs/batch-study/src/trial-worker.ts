/** A process that runs trials, one after another, and tells how far each is. */
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { codeHash } from './code-hash.ts'
import type { TrialJob } from './executor.ts'
import { RankDied } from './rank-process.ts'
import { runTrial, type TrialProgress } from './run-trial.ts'
import type { TrialResult } from './trial-result.ts'

export type FromTrialWorker =
  | { readonly kind: 'progress'; readonly progress: TrialProgress }
  /** One message for each, before `done`, in order: together they can be more than a message should hold. */
  | { readonly kind: 'kept'; readonly values: Float32Array }
  /** `code` is what ran: read before this process loaded it. */
  | { readonly kind: 'done'; readonly result: TrialResult; readonly code: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** Often enough for an eye, in ms. */
const TELL_EVERY = 100

const code = codeHash()
// This process is killed in the end, and would keep nothing.
flushCompileCache()

process.on('message', job => {
  // They come one at a time: the next is sent when this one is answered.
  void run(job as TrialJob).then(tell)
})
// Without its parent there is nobody to work for.
process.once('disconnect', () => {
  process.exit()
})

async function run({ trial, start }: TrialJob): Promise<FromTrialWorker> {
  let told = -Infinity
  const onProgress = (progress: TrialProgress): void => {
    const now = performance.now()
    if (progress.point === null && now - told < TELL_EVERY) return
    told = now
    tell({ kind: 'progress', progress })
  }
  try {
    const { result, kept } = await runTrial(trial, { start, onProgress })
    for (const values of kept) tell({ kind: 'kept', values })
    return { kind: 'done', result, code }
  } catch (error) {
    if (error instanceof RankDied) endWith(error.message)
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** The process of a trial ends with one of those it started: so it is tried again. */
function endWith(reason: string): never {
  writeSync(process.stderr.fd, reason)
  process.exit(1)
}

function tell(message: FromTrialWorker): void {
  process.send?.(message)
}
