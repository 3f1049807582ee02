import type { TrialJob } from '../executor.ts'
import type { TrialProgress } from '../run-trial.ts'
import type { TrialOutcome } from '../trial-process.ts'
import type { TrialProcesses } from '../trial-processes.ts'

/** A trial that a worker runs. */
interface TrialTask {
  readonly job: TrialJob
  /** Bytes of the checkpoint that it goes on from. */
  readonly from: Uint8Array | undefined
  /** Ends it at once. */
  readonly stop: AbortSignal
  readonly onProgress: (progress: TrialProgress) => void
  readonly onCheckpoint: (bytes: Uint8Array) => void
}

interface RunningTrial {
  /** Never rejects; after `stop`, what it is does not matter. */
  readonly outcome: Promise<TrialOutcome>
  /** Asks for a checkpoint after the update that runs. */
  readonly checkpoint: () => void
}

export type TrialRunner = (task: TrialTask) => RunningTrial

/** In ms: what a worker's death costs at most. */
const CHECKPOINT_EVERY = 30_000

/** Runs each trial in a process; one whose process dies goes on in another, once, from its last checkpoint. */
export function inProcesses(processes: TrialProcesses): TrialRunner {
  return task => {
    let checkpoint = (): void => undefined
    const run = async (from: Uint8Array | undefined, triesLeft: number): Promise<TrialOutcome> => {
      const own = processes.take(task.job.trial)
      let last = from
      checkpoint = own.checkpoint
      const kill = (): void => void own.kill()
      task.stop.addEventListener('abort', kill)
      const outcome = await own.run(task.job, {
        from,
        checkpointEvery: CHECKPOINT_EVERY,
        onProgress: task.onProgress,
        onCheckpoint: bytes => {
          last = bytes
          task.onCheckpoint(bytes)
        },
      })
      task.stop.removeEventListener('abort', kill)
      processes.give(own, outcome)
      if (outcome.kind !== 'died' || task.stop.aborted) return outcome
      return triesLeft > 0 ? run(last, triesLeft - 1) : { ...outcome, reason: `twice ${outcome.reason}` }
    }
    return {
      outcome: run(task.from, 1),
      checkpoint: () => {
        checkpoint()
      },
    }
  }
}
