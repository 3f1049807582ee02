import type { Case } from './cases.ts'
import type { Measured } from './measure.ts'
import type { PartName } from './parts.ts'
import type { FreshRun } from './protocol.ts'
import type { RunnerName } from './runner.ts'
import { median, type Round, roundRatios, spread, type Spread } from './statistics.ts'

/** One run of the benchmark: plain data, as the JSON file has it. */
export interface BenchResult {
  /** When it began, ISO 8601. */
  readonly date: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGiB: number
    readonly system: string
  }
  /** The share of the machine that other programs used meanwhile, 0 … 1: the mean over all that was measured. */
  readonly othersShare: number
  readonly versions: { readonly node: string; readonly tfjs: string }
  /** Asked for; wasm has one all the same. */
  readonly threads: number
  readonly seed: number
  readonly rounds: number
  /** What the ratios are to. */
  readonly baseline: RunnerName
  readonly runners: readonly {
    readonly name: RunnerName
    readonly version: string
    readonly threads: number
  }[]
  /** What was not measured, or not to the end, and why. */
  readonly missing: readonly { readonly name: RunnerName; readonly reason: string }[]
  /** The tables of what was timed, in the order in which they are told. */
  readonly parts: readonly PartResult[]
  /** What the machine can do, by threads; only where the curve was measured, which is drawn with it. */
  readonly peaks?: readonly Peak[]
  /** First calls and memory; only where they were asked for. */
  readonly fresh?: readonly FreshResult[]
}

/** One table. */
export interface PartResult {
  readonly name: PartName
  readonly title: string
  /** Its columns: those that started. */
  readonly runners: readonly RunnerName[]
  readonly cases: readonly CaseResult[]
  /** What a reader must know of it. */
  readonly notes: readonly string[]
}

/** What the fastest of some runs reached on so many threads. */
export interface Peak {
  readonly threads: number
  /** Floating-point operations a second, of a large float32 matrix product. */
  readonly flops: number
  /** Bytes a second, read and written, of copying arrays that no cache holds, and arrays as large as the parameters. */
  readonly memory: number
  readonly cache: number
}

/** The first calls of one case, each time by a process of its own. */
export interface FreshResult {
  readonly case: Case
  readonly runners: Readonly<Partial<Record<RunnerName, readonly FreshRun[]>>>
}

export interface CaseResult extends Case {
  readonly runners: Readonly<Partial<Record<RunnerName, RunnerResult>>>
}

/** What one runner took for one case. */
export interface RunnerResult {
  /** Median and quartiles over the rounds, of each round's median; milliseconds for one call. */
  readonly milliseconds: Spread
  /** The same of the ratios to the baseline, each within one round; none where the baseline has no time. */
  readonly ratio?: Spread
  /** Everything measured; `null` where a round was left out. */
  readonly rounds: readonly (Round | null)[]
}

/** Medians, quartiles and ratios of what was measured on these runners. */
export function summarise(
  { case: each, runners }: Measured,
  names: readonly RunnerName[],
  baseline: RunnerName,
): CaseResult {
  const entries = names.flatMap((name): [string, RunnerResult][] => {
    const rounds = runners[name] ?? []
    const done = rounds.filter(round => round !== undefined)
    if (done.length === 0) return []
    const ratios = roundRatios(rounds, runners[baseline] ?? [])
    const result = {
      milliseconds: spread(done.map(({ times }) => median(times))),
      ...(ratios.length > 0 ? { ratio: spread(ratios) } : {}),
      // JSON has no `undefined`.
      rounds: rounds.map(round => round ?? null),
    }
    return [[name, result]]
  })
  return { ...each, runners: Object.fromEntries(entries) }
}

/** The mean over all rounds of all cases. */
export function meanOthersShare(cases: readonly CaseResult[]): number {
  const shares = cases
    .flatMap(({ runners }) => Object.values(runners))
    .flatMap(({ rounds }) => rounds.flatMap(round => (round === null ? [] : [round.othersShare])))
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
}
