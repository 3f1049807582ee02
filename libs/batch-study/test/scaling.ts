/**
 * How many times as fast two run trials as one: processes of a sweep, workers of a queue, and, for what the machine allows, two loops
 * that share nothing but it. `npm run scaling -w @flatland/batch-study` takes nine minutes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Executor } from '../src/executor.ts'
import { localExecutor } from '../src/local-executor.ts'
import { queue } from '../src/queue/queue-executor.ts'
import { sweep } from '../src/sweep.ts'
import { trialStore } from '../src/trial-store.ts'
import type { TrialInput } from '../src/trial.ts'
import { testRedis } from './redis.ts'

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
async function secondsOf(executor: Executor): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'scaling-'))
  const start = performance.now()
  for await (const event of sweep(trials, { store: trialStore(folder), executor })) {
    if (event.kind === 'failed') throw new Error(event.reason)
  }
  rmSync(folder, { recursive: true })
  return (performance.now() - start) / 1000
}

/** Seconds of four loops, so many at once, that only count. */
async function secondsOfLoops(cores: number): Promise<number> {
  const loop =
    'let x = 1; for (let i = 0; i < 2e8; i++) x = (x * 48271) % 2147483647; process.exitCode = x < 0 ? 1 : 0'
  const start = performance.now()
  for (let done = 0; done < 4; done += cores) {
    const loops = Array.from({ length: cores }, () => spawn(process.execPath, ['-e', loop]))
    await Promise.all(loops.map(each => once(each, 'exit')))
  }
  return (performance.now() - start) / 1000
}

async function secondsThroughQueue(count: number): Promise<number> {
  const server = await testRedis()
  const script = join(import.meta.dirname, 'real-worker-process.ts')
  const workers = Array.from({ length: count }, () => spawn(process.execPath, [script, server.url]))
  try {
    return await secondsOf(queue(server.url))
  } finally {
    for (const each of workers) {
      each.kill('SIGTERM')
      await once(each, 'exit')
    }
    await server.stop()
  }
}

const ways: Readonly<Record<string, (count: number) => Promise<number>>> = {
  'loops that only count': secondsOfLoops,
  'processes of a sweep': cores => secondsOf(localExecutor({ cores })),
  'workers of a queue': secondsThroughQueue,
}
for (let round = 1; round <= ROUNDS; round++) {
  for (const [name, seconds] of Object.entries(ways)) {
    const [one, two] = [await seconds(1), await seconds(2)]
    console.log(
      `${name}: one ${one.toFixed(1)} s, two ${two.toFixed(1)} s: ${(one / two).toFixed(2)} times as fast`,
    )
  }
}
