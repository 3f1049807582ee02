/** A process that runs trials, one after another, and tells how far each is. */
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts'
import { codeHash } from './code-hash.ts'
import type { TrialJob } from './executor.ts'
import { leaveSignalsToParent } from './leave-signals.ts'
import { RankDied } from './rank-process.ts'
import { runTrial, type TrialProgress } from './run-trial.ts'
import type { TrialResult } from './trial-result.ts'

export type ToTrialWorker =
  | {
      readonly kind: 'run'
      readonly job: TrialJob
      /** Where it goes on from: bytes that are no checkpoint of it count as none. */
      readonly from?: Uint8Array | undefined
      /** How often a checkpoint is sent, in ms. Default: never, but when it is asked for. */
      readonly checkpointEvery?: number | undefined
    }
  /** After the update that runs. */
  | { readonly kind: 'checkpoint' }

export type FromTrialWorker =
  | { readonly kind: 'checkpoint'; readonly bytes: Uint8Array }
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

/** When the next checkpoint is due, by `performance.now()`. */
let due = Infinity

process.on('message', raw => {
  const message = raw as ToTrialWorker
  if (message.kind === 'checkpoint') due = 0
  // They come one at a time: the next is sent when this one is answered.
  else void run(message).then(tell)
})
leaveSignalsToParent()
// Without its parent there is nobody to work for.
process.once('disconnect', () => {
  process.exit()
})

async function run({
  job: { trial, start },
  from,
  checkpointEvery = Infinity,
}: Extract<ToTrialWorker, { kind: 'run' }>): Promise<FromTrialWorker> {
  let told = -Infinity
  const onProgress = (progress: TrialProgress): void => {
    const now = performance.now()
    if (progress.point === null && now - told < TELL_EVERY) return
    told = now
    tell({ kind: 'progress', progress })
  }
  try {
    due = performance.now() + checkpointEvery
    const { result, kept } = await runTrial(trial, {
      start,
      onProgress,
      from: from === undefined ? undefined : decodeCheckpoint(from),
      isCheckpointDue: () => performance.now() >= due,
      onCheckpoint: checkpoint => {
        due = performance.now() + checkpointEvery
        tell({ kind: 'checkpoint', bytes: encodeCheckpoint(checkpoint) })
      },
    })
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
