import { type TrialOutcome, type TrialProcess, trialProcess } from './trial-process.ts'
import type { Trial } from './trial.ts'

/** Processes that wait for a trial of their kind. */
export interface TrialProcesses {
  /** An idle one that suits, or a new one. Then the idle ones, which do not suit, end: they would only take memory. */
  readonly take: (trial: Trial) => TrialProcess
  /** After a trial; one that died is forgotten. */
  readonly give: (process: TrialProcess, outcome: TrialOutcome) => void
  /** All, at once; resolves when they have ended. */
  readonly kill: () => Promise<void>
}

export function trialProcesses(): TrialProcesses {
  const idle: TrialProcess[] = []
  /** All that have not ended. */
  const all = new Set<TrialProcess>()
  return Object.freeze<TrialProcesses>({
    take: trial => {
      const place = idle.findIndex(each => each.suits(trial))
      const [found] = place < 0 ? [] : idle.splice(place, 1)
      if (found !== undefined) return found
      for (const other of idle.splice(0)) {
        all.delete(other)
        void other.kill()
      }
      const started = trialProcess(trial)
      all.add(started)
      return started
    },
    give: (process, { kind }) => {
      if (kind === 'died') all.delete(process)
      else idle.push(process)
    },
    kill: async () => {
      await Promise.all([...all].map(each => each.kill()))
    },
  })
}
