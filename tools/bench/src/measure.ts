import type { Case } from './cases.ts'
import { machineTime, othersShare } from './machine-time.ts'
import type { Planned } from './parts.ts'
import { type Runner, RunnerFailure, type RunnerName } from './runner.ts'
import { median, type Rounds } from './statistics.ts'

/** A call longer than this is measured in the first three rounds only. */
export const SLOW_CALL_MILLISECONDS = 2000
const SLOW_ROUNDS = 3

/** All that was measured of one case: round by round, runner by runner. */
export interface Measured {
  readonly case: Case
  readonly runners: Readonly<Partial<Record<RunnerName, Rounds>>>
}

/** What one run measured. */
export interface Measurements {
  readonly cases: readonly Measured[]
  /** Runners that stopped working on the way, and why. Their times until then are kept. */
  readonly failures: Readonly<Partial<Record<RunnerName, string>>>
}

export interface Plan {
  readonly rounds: number
  /** How long a runner repeats one case in one round. */
  readonly milliseconds: number
  readonly seed: number
  readonly progress: (line: string) => void
}

/**
 * Measures every case on its runners, round by round. Only one runner computes at a time, and in every round each
 * comes first for some of the cases: whatever slows the machine for a while slows them alike.
 */
export async function measure(
  runners: readonly Runner[],
  planned: readonly Planned[],
  { rounds, milliseconds, seed, progress }: Plan,
): Promise<Measurements> {
  const failures: Partial<Record<RunnerName, string>> = {}
  const unlessFailed = leavingOut(failures, progress)
  for (const runner of runners) {
    progress(`warming up: ${runner.name}`)
    for (const { case: each, runners: on } of planned) {
      if (!on.includes(runner.name)) continue
      const request = { prepare: each, seed }
      await unlessFailed(runner, each, () => runner.ask<'prepare'>(request))
    }
  }

  const measured = planned.map(({ case: each, runners: on }) => ({
    case: each,
    runners: noRounds(),
    on: runners.filter(({ name }) => on.includes(name)),
  }))
  const start = performance.now()
  for (let round = 0; round < rounds; round++) {
    for (const [index, { case: each, runners: measuredOn, on }] of measured.entries()) {
      for (const runner of rotated(on, round + index)) {
        const before = (measuredOn[runner.name] ??= [])
        const request = { measure: each.name, milliseconds }
        const rests = round >= SLOW_ROUNDS && isSlow(before)
        const start = machineTime()
        const reply = rests
          ? undefined
          : await unlessFailed(runner, each, () => runner.ask<'measure'>(request))
        before.push(
          reply && { times: reply.times, othersShare: othersShare(start, machineTime(), reply.processor) },
        )
      }
    }
    const left = ((performance.now() - start) / 1000 / (round + 1)) * (rounds - round - 1)
    progress(`round ${round + 1} of ${rounds} done, about ${left.toFixed(0)} s to go`)
  }
  return { cases: measured.map(({ case: each, runners }) => ({ case: each, runners })), failures }
}

/** Runs what a runner is asked, unless it has failed before; a failure now is kept, and the others go on. */
function leavingOut(failures: Partial<Record<RunnerName, string>>, progress: Plan['progress']) {
  return async <T>({ name }: Runner, { title }: Case, ask: () => Promise<T>): Promise<T | undefined> => {
    if (failures[name] !== undefined) return undefined
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof RunnerFailure)) throw error
      failures[name] = `stopped at '${title}': ${error.message}`
      progress(`${name} ${failures[name]}; the others go on`)
      return undefined
    }
  }
}

function noRounds(): Partial<Record<RunnerName, Rounds[number][]>> {
  return {}
}

function isSlow(rounds: Rounds): boolean {
  const times = rounds.flatMap(round => round?.times ?? [])
  return times.length > 0 && median(times) > SLOW_CALL_MILLISECONDS
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const first = by % list.length
  return [...list.slice(first), ...list.slice(0, first)]
}
