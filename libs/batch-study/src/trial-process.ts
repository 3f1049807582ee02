import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TrialJob } from './executor.ts'
import { workerEnvironment } from '@flatland/tensor'
import type { TrialProgress } from './run-trial.ts'
import type { TrialResult } from './trial-result.ts'
import type { FromTrialWorker, ToTrialWorker } from './trial-worker.ts'
import type { Trial } from './trial.ts'

/** How a trial ended in a process. */
export type TrialOutcome =
  | {
      readonly kind: 'done'
      readonly result: TrialResult
      readonly kept: readonly Float32Array[]
      readonly code: string
    }
  /** The trial refused to run; it would again. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The process ended. */
  | { readonly kind: 'died'; readonly reason: string }

interface ProcessRun {
  readonly onProgress: (progress: TrialProgress) => void
  /** Bytes of the checkpoint that it goes on from. */
  readonly from?: Uint8Array | undefined
  /** In ms. Default: never, but when it is asked for. */
  readonly checkpointEvery?: number | undefined
  readonly onCheckpoint?: ((bytes: Uint8Array) => void) | undefined
}

/** A process for trials of one backend and number of threads: TensorFlow keeps those with which it starts. */
export interface TrialProcess {
  readonly pid: number | undefined
  /** Whether it can run this trial. */
  readonly suits: (trial: Trial) => boolean
  /** Never rejects. */
  readonly run: (job: TrialJob, options: ProcessRun) => Promise<TrialOutcome>
  /** Asks for a checkpoint now. */
  readonly checkpoint: () => void
  /** At once, whatever it does; resolves when it has ended. */
  readonly kill: () => Promise<void>
}

/** Starts a process for trials of this kind. */
export function trialProcess({ backend, threads }: Trial): TrialProcess {
  const child = fork(fileURLToPath(new URL('./trial-worker.ts', import.meta.url)), {
    // The caller's own flags (a kernel's, a test runner's) are not for this process.
    execArgv: [],
    // Typed arrays cross as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: workerEnvironment(),
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)))
  const ended = new Promise<string>(resolve => {
    child.on('error', error => {
      if (child.pid === undefined) resolve(`its process could not start: ${error.message}`)
    })
    child.on('close', (code, signal) => {
      resolve(`its process ended with ${signal ?? `code ${String(code)}`}. ${errors.trim()}`.trim())
    })
  })
  return {
    pid: child.pid,
    suits: trial => trial.backend === backend && trial.threads === threads && child.connected,
    checkpoint: () => {
      if (child.connected) say(child, { kind: 'checkpoint' })
    },
    run: (job, options) =>
      Promise.race([answer(child, job, options), ended.then(reason => ({ kind: 'died', reason }) as const)]),
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

function answer(
  child: ChildProcess,
  job: TrialJob,
  { onProgress, onCheckpoint, from, checkpointEvery }: ProcessRun,
): Promise<TrialOutcome> {
  const kept: Float32Array[] = []
  return new Promise(resolve => {
    const listen = (raw: unknown): void => {
      const message = raw as FromTrialWorker
      if (message.kind === 'progress') {
        onProgress(message.progress)
        return
      }
      if (message.kind === 'checkpoint') {
        onCheckpoint?.(message.bytes)
        return
      }
      if (message.kind === 'kept') {
        kept.push(message.values)
        return
      }
      child.off('message', listen)
      resolve(message.kind === 'done' ? { ...message, kept } : message)
    }
    child.on('message', listen)
    say(child, { kind: 'run', job, from, checkpointEvery })
  })
}

/** Where the process has ended already, that is the outcome. */
function say(child: ChildProcess, message: ToTrialWorker): void {
  child.send(message, () => undefined)
}
