import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { randomGenerator } from '@flatland/tensor'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cutProxy, type CutProxy } from '../../test/cut-proxy.ts'
import { emptyTrials } from '../../test/empty-trials.ts'
import { testRedis, type TestRedis } from '../../test/redis.ts'
import { codeHash } from '../code-hash.ts'
import { trialKey } from '../trial-key.ts'
import { trialStore } from '../trial-store.ts'
import { checkTrial } from '../trial.ts'

const TRIALS = 500
const FAULTS = 20
const SLOTS = 4
/** In ms: so long that the faults fall while trials run. */
const TRIAL = 500
const LEASE = 3000

const folder = mkdtempSync(join(tmpdir(), 'queue-faults-'))
const [store, log] = [join(folder, 'store'), join(folder, 'stored')]
let server: TestRedis
let line: CutProxy
let url: string
let [workers, sweeper]: [ChildProcess[], ChildProcess | undefined] = [[], undefined]
const generator = randomGenerator('faults')
/** In [0, 1). */
const random = (): number => (generator.next() >>> 0) / 2 ** 32

beforeAll(async () => {
  server = await testRedis()
  line = await cutProxy(server.port)
  url = `redis://127.0.0.1:${line.port}`
})
afterAll(async () => {
  for (const each of [...workers, sweeper]) each?.kill('SIGKILL')
  line.stop()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

test(
  `over ${TRIALS} trials, kill -9 of workers, of the sweep and of the server, and cuts between them, lose none and store none twice`,
  { timeout: 240_000 },
  async () => {
    workers = [startWorker(), startWorker()]
    sweeper = startSweep()
    for (const fault of shuffledFaults()) {
      await setTimeout(300 + 900 * random())
      expect(stored(), 'trials are left for the faults').toBeLessThan(TRIALS)
      await faults[fault]()
    }
    const code = await ended(sweeper)
    expect(code).toBe(0)

    const lines = readFileSync(log, 'utf8').trim().split('\n')
    expect(lines).toHaveLength(new Set(lines).size)
    const { records } = await trialStore(store).list()
    const wanted = emptyTrials(TRIALS).map(trial => trialKey(checkTrial(trial), codeHash()))
    expect(records.map(({ key }) => key).toSorted()).toEqual(wanted.toSorted())
  },
)

type Fault = keyof typeof faults
const faults = {
  worker: async () => {
    const place = random() < 0.5 ? 0 : 1
    await kill(workers[place])
    workers[place] = startWorker()
  },
  sweep: async () => {
    await kill(sweeper)
    sweeper = startSweep()
  },
  server: async () => {
    await server.kill()
    await setTimeout(1500 * random())
    await server.start()
  },
  cut: async () => {
    line.cut()
    await setTimeout(1500 * random())
    line.mend()
  },
  // Longer than a lease too: others take the trials over, and both run them.
  silence: async () => {
    line.silence()
    await setTimeout(1.5 * LEASE * random())
    line.mend()
  },
} as const satisfies Record<string, () => Promise<void>>

/** Each kind as often as the others, in a random order. */
function shuffledFaults(): Fault[] {
  const kinds = Object.keys(faults) as Fault[]
  return Array.from({ length: FAULTS }, (_, i) => ({ place: random(), kind: kinds[i % kinds.length] }))
    .toSorted((a, b) => a.place - b.place)
    .flatMap(({ kind }) => kind ?? [])
}

function startWorker(): ChildProcess {
  return start('queue-worker-process.ts', url, SLOTS, TRIAL, LEASE)
}

function startSweep(): ChildProcess {
  return start('queue-sweep-process.ts', url, store, TRIALS, log)
}

function start(script: string, ...args: readonly (string | number)[]): ChildProcess {
  const path = join(import.meta.dirname, '../../test', script)
  return spawn(process.execPath, [path, ...args.map(String)], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  child?.kill('SIGKILL')
  await ended(child)
}

/** @returns its exit code; null when a signal ended it */
async function ended(child: ChildProcess | undefined): Promise<number | null> {
  if (child?.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child?.exitCode ?? null
}

/** How many results the sweep has stored. */
function stored(): number {
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0
}
