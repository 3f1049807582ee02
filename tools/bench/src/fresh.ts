import type { Part } from './parts.ts'
import type { FreshRun } from './protocol.ts'
import type { BenchResult, FreshResult } from './result.ts'
import { RunnerFailure, type RunnerName } from './runner.ts'
import { start, type Start } from './start.ts'

/** A process runs its case so often. */
const CALLS = 20

/** So many processes, of which the median is told. */
const PROCESSES = 3

/** Runs each case of the part in processes of its own, one at a time, on these runners. */
export async function measureFresh(
  { cases, runners }: Part,
  names: readonly RunnerName[],
  seed: number,
  how: Start,
): Promise<{ fresh: FreshResult[]; missing: BenchResult['missing'] }> {
  const missing: BenchResult['missing'][number][] = []
  const fresh: FreshResult[] = []
  for (const each of cases) {
    const runs: Partial<Record<RunnerName, FreshRun[]>> = {}
    for (let i = 0; i < PROCESSES; i++) {
      for (const name of runners) {
        if (!names.includes(name) || missing.some(failed => failed.name === name)) continue
        try {
          const run = await freshRun(name, how, { fresh: each, seed, calls: CALLS })
          ;(runs[name] ??= []).push(run)
        } catch (error) {
          if (!(error instanceof RunnerFailure)) throw error
          missing.push({ name, reason: `stopped at '${each.title}' in a fresh process: ${error.message}` })
        }
      }
    }
    fresh.push({ case: each, runners: runs })
  }
  return { fresh, missing }
}

async function freshRun(
  name: RunnerName,
  how: Start,
  request: { readonly fresh: Part['cases'][number]; readonly seed: number; readonly calls: number },
): Promise<FreshRun> {
  const runner = await start(name, how)
  try {
    return await runner.ask<'fresh'>(request)
  } finally {
    runner.stop()
  }
}
