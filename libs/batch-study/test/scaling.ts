/** How many times as fast two processes run trials as one: `npm run scaling -w @flatland/batch-study`. Takes four minutes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localExecutor } from '../src/local-executor.ts'
import { sweep } from '../src/sweep.ts'
import { trialStore } from '../src/trial-store.ts'
import type { TrialInput } from '../src/trial.ts'

const ROUNDS = 3

/** Each fills one core for ten seconds or more: the start of a process, a second, should not count. */
const trials = Array.from({ length: 4 }, (_, seed): TrialInput => ({
  network: { kind: 'mlp', hidden: [128] },
  data: { name: 'mnist', train: 20_000, heldOut: 2000 },
  rule: { rule: 'sgd' },
  learningRate: 0.05,
  batchSize: 10,
  length: { epochs: 12 },
  evaluation: { noise: null },
  seed,
}))

/** Seconds, from an empty store. */
async function seconds(cores: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'scaling-'))
  const start = performance.now()
  for await (const event of sweep(trials, {
    store: trialStore(folder),
    executor: localExecutor({ cores }),
  })) {
    if (event.kind === 'failed') throw new Error(event.reason)
  }
  rmSync(folder, { recursive: true })
  return (performance.now() - start) / 1000
}

for (let round = 1; round <= ROUNDS; round++) {
  const [one, two] = [await seconds(1), await seconds(2)]
  console.log(
    `one process ${one.toFixed(1)} s, two ${two.toFixed(1)} s: ${(one / two).toFixed(2)} times as fast`,
  )
}
