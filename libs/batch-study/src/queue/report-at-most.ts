import type { TrialProgress } from '../run-trial.ts'
import type { QueueReport } from './queue-messages.ts'

/** Of evaluations in one report: those before are in the result anyway. */
const MOST_POINTS = 100

export interface Reports {
  readonly add: (progress: TrialProgress) => void
  readonly end: () => void
}

/**
 * Tells how far a trial is at a bounded rate: the evaluations since the last report, and where it is now.
 *
 * @param every ms between two reports, asked each time
 */
export function reportAtMost(every: () => number, send: (report: QueueReport) => Promise<void>): Reports {
  let points: TrialProgress[] = []
  let latest: TrialProgress | undefined
  let timer: NodeJS.Timeout | undefined
  const report = (): void => {
    timer = undefined
    const said = latest?.point === null ? [...points, latest] : points
    points = []
    latest = undefined
    // One that is lost is made up for by the next.
    void send(said).catch(() => undefined)
  }
  return {
    add: progress => {
      if (progress.point !== null) points = [...points, progress].slice(-MOST_POINTS)
      latest = progress
      timer ??= setTimeout(report, every())
    },
    end: () => {
      clearTimeout(timer)
    },
  }
}
