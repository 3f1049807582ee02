import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { codeHash, type Executor, sweep, trialStore } from '@flatland/batch-study'
import { queue, queueOffice } from '@flatland/batch-study/queue'
import { emptyResult, emptyTrials } from '@flatland/batch-study/testing'
import { Redis } from 'ioredis'
import { type Spread, spread } from '../statistics.ts'

/** What so many workers and one sweep make of the server. Times in ms, memory in bytes. */
export interface QueueLoad {
  readonly workers: number
  /** Of one trial among many, from the start of the sweep to its end. */
  readonly perTrial: number
  /** Of a sweep of a single trial, from the start to the end. */
  readonly single: Spread
  /** Of the server's one thread, for one trial. */
  readonly serverPerTrial: number
  /** That share of the server's thread is busy while all workers are idle. */
  readonly idleBusy: number
  /** Of the server, for one worker that is idle. */
  readonly memoryPerWorker: number
}

/** What trials leave in the server. In bytes. */
export interface QueueMemory {
  readonly trials: number
  /** Before the first, at the highest, and when all were stored. */
  readonly before: number
  readonly highest: number
  readonly after: number
}

/** So many workers in a process: the few cores of a small machine have the server and the sweep to run, too. */
const WORKERS_IN_PROCESS = 100
const TRIALS = 2000
const SINGLES = 20
/** In ms. */
const IDLE = 10_000

/** @param url of a server that nobody else uses */
export async function measureLoad(url: string, workers: number): Promise<QueueLoad> {
  const redis = new Redis(url)
  await redis.flushall()
  const base = await memoryOf(redis)
  return withWorkers(url, workers, async () => {
    const memoryPerWorker = ((await memoryOf(redis)) - base) / workers
    const idle = await busyDuring(redis, () => setTimeout(IDLE))
    // Connections and compiled code are there from now on.
    await timeOfSweep(200, queue(url))
    const load = await busyDuring(redis, () => timeOfSweep(TRIALS, queue(url)))
    const singles: number[] = []
    for (let i = 0; i < SINGLES; i++) singles.push(await timeOfSweep(1, queue(url)))
    redis.disconnect()
    return {
      workers,
      perTrial: load.value / TRIALS,
      single: spread(singles),
      serverPerTrial: load.busy / TRIALS,
      idleBusy: idle.busy / IDLE,
      memoryPerWorker,
    }
  })
}

/** Runs so many empty trials, and looks at the server's memory all the while. */
export async function measureMemory(url: string, trials: number, workers: number): Promise<QueueMemory> {
  const redis = new Redis(url)
  await redis.flushall()
  return withWorkers(url, workers, async () => {
    const before = await memoryOf(redis)
    let highest = before
    const watching = setInterval(() => {
      void memoryOf(redis).then(now => (highest = Math.max(highest, now)))
    }, 500)
    await timeOfSweep(trials, queue(url))
    clearInterval(watching)
    // What the last sweep asked for goes a minute after it was stored.
    await setTimeout(65_000)
    const after = await memoryOf(redis)
    redis.disconnect()
    return { trials, before, highest, after }
  })
}

/** What a trial costs without any queue, in ms: its result is flushed to the disk. */
export async function measureStore(): Promise<number> {
  const code = codeHash()
  return (
    (await timeOfSweep(TRIALS, {
      run: async function* (jobs) {
        for (const index of jobs.keys()) {
          yield await Promise.resolve({ index, kind: 'done', result: emptyResult, kept: [], code } as const)
        }
      },
    })) / TRIALS
  )
}

/** In ms, into an empty store. */
async function timeOfSweep(trials: number, executor: Executor): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'queue-load-'))
  const start = performance.now()
  for await (const event of sweep(emptyTrials(trials), { executor, store: trialStore(folder) })) {
    if (event.kind !== 'result') throw new Error(`a trial gave no result: ${JSON.stringify(event)}`)
  }
  const time = performance.now() - start
  rmSync(folder, { recursive: true })
  return time
}

/** Does it once all workers are there. */
async function withWorkers<T>(url: string, workers: number, act: () => Promise<T>): Promise<T> {
  const script = fileURLToPath(new URL('./simulated-workers.ts', import.meta.url))
  const processes: ChildProcess[] = []
  try {
    // One process after the other: all at once would take so long to start that the first workers give up.
    for (let there = 0; there < workers; there += WORKERS_IN_PROCESS) {
      const count = Math.min(WORKERS_IN_PROCESS, workers - there)
      const started = spawn(process.execPath, [script, url, `${count}`], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      processes.push(started)
      await untilThere(url, there + count, started)
    }
    return await act()
  } finally {
    await Promise.all(processes.map(ended))
  }
}

/** @returns what it gave, and how long the server's thread was busy meanwhile, in ms */
async function busyDuring<T>(
  redis: Redis,
  act: () => Promise<T>,
): Promise<{ readonly value: T; readonly busy: number }> {
  const before = await cpuOf(redis)
  const value = await act()
  return { value, busy: (await cpuOf(redis)) - before }
}

async function cpuOf(redis: Redis): Promise<number> {
  const text = await redis.info('cpu')
  const [user, system] = ['user', 'sys'].map(kind =>
    Number(new RegExp(`^used_cpu_${kind}_main_thread:([\\d.]+)`, 'm').exec(text)?.[1]),
  ) as [number, number]
  return (user + system) * 1000
}

async function memoryOf(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1])
}

async function untilThere(url: string, workers: number, last: ChildProcess): Promise<void> {
  const office = await queueOffice(url, () => undefined)
  while ((await office.status()).workers.length < workers) {
    if (last.exitCode !== null) throw new Error('simulated workers ended before their work')
    await setTimeout(200)
  }
  await office.close()
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
