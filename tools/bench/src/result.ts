import { isDeepStrictEqual } from 'node:util'
import type { Case } from './cases.ts'
import type { Measured } from './measure.ts'
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
  readonly cases: readonly CaseResult[]
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

/** Medians, quartiles and ratios of everything measured. */
export function summarise({ case: each, runners }: Measured, baseline: RunnerName): CaseResult {
  const entries = Object.entries(runners).flatMap(([name, rounds]): [string, RunnerResult][] => {
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

/** A product's time in gradients of the same network and batch, on one runner: the ratios within each round. */
export interface ProductInGradients {
  readonly title: string
  readonly runner: RunnerName
  readonly gradients: Spread
}

/** Of every product whose gradient was measured too. */
export function productsInGradients({ cases, runners }: BenchResult): ProductInGradients[] {
  return cases.flatMap(product => {
    const gradient = cases.find(
      ({ work, batch, network }) =>
        work === 'gradient' && batch === product.batch && isDeepStrictEqual(network, product.network),
    )
    if (product.work !== 'product' || gradient === undefined) return []
    return runners.flatMap(({ name: runner }) => {
      const [ours, one] = [product, gradient].map(each => roundsOf(each, runner))
      const ratios = roundRatios(ours ?? [], one ?? [])
      return ratios.length === 0 ? [] : [{ title: product.title, runner, gradients: spread(ratios) }]
    })
  })
}

function roundsOf({ runners }: CaseResult, runner: RunnerName): (Round | undefined)[] {
  return (runners[runner]?.rounds ?? []).map(round => round ?? undefined)
}
