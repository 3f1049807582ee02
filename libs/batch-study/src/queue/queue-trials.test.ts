import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testRedis, type TestRedis } from '../../test/redis.ts'
import { sweep } from '../sweep.ts'
import { trialProcesses, type TrialProcesses } from '../trial-processes.ts'
import type { TrialResult } from '../trial-result.ts'
import { trialStore } from '../trial-store.ts'
import type { TrialInput } from '../trial.ts'
import { queue } from './queue-executor.ts'
import { workQueue } from './queue-worker.ts'
import { inProcesses } from './trial-runner.ts'

let server: TestRedis
const all: TrialProcesses[] = []
beforeAll(async () => {
  server = await testRedis()
})
afterEach(async () => {
  await Promise.all(all.splice(0).map(each => each.kill()))
})
afterAll(() => server.stop())

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [16] },
  data: { name: 'mnist', train: 1000, heldOut: 500 },
  rule: { rule: 'adam' },
  learningRate: 0.001,
  batchSize: 20,
  length: { updates: 2000 },
  evaluation: { every: { updates: 500 } },
  keep: 'end',
  seed: 5,
}
const store = () => trialStore(mkdtempSync(join(tmpdir(), 'queue-trials-')))

interface StartedWorker {
  readonly drain: () => Promise<void>
  readonly said: string[]
}

/** A worker with real processes for its trials, as `flatland worker` is one. */
function startWorker(): StartedWorker {
  const [drain, said, processes] = [new AbortController(), [] as string[], trialProcesses()]
  all.push(processes)
  const working = workQueue(server.url, {
    slots: 1,
    backend: 'native',
    runner: inProcesses(processes),
    drain: drain.signal,
    listen: line => said.push(line),
  })
  return {
    said,
    drain: async () => {
      drain.abort()
      await working
      await processes.kill()
    },
  }
}

/** All but times. */
function comparable({ curve, kept, end, updates }: TrialResult, number: (value: number) => unknown) {
  const points = curve.map(({ update, distance, train, heldOut }) => [
    update,
    ...[distance, train.loss, heldOut.loss].map(number),
  ])
  return { end, updates, points, kept: kept.map(({ update }) => update) }
}

/** The update after a stop is rounded otherwise, and Adam carries that on: 4e-6 after 2000 updates. */
const near = (value: number): unknown => expect.closeTo(value, 4)

async function localResult(): Promise<TrialResult> {
  for await (const event of sweep([trial], { store: store() }))
    if (event.kind === 'result') return event.result
  throw new Error('no result')
}

test(
  'a trial whose worker is drained in the middle goes on at another, and gives what it gives on one machine',
  { timeout: 180_000 },
  async () => {
    const alone = await localResult()
    const first = startWorker()
    let second: StartedWorker | undefined
    let [lastOfFirst, firstOfSecond]: [number, number | undefined] = [0, undefined]
    const events = sweep([trial], { executor: queue(server.url), store: store() })
    for await (const event of events) {
      if (event.kind === 'failed') throw new Error(event.reason)
      if (event.kind === 'progress') {
        const { update } = event.progress
        if (second !== undefined) firstOfSecond ??= update
        else if (update >= 100) {
          lastOfFirst = update
          await first.drain()
          expect(first.said).toContain('Draining: 1 trials are handed back.')
          second = startWorker()
        }
      }
      if (event.kind === 'result')
        expect(comparable(event.result, value => value)).toEqual(comparable(alone, near))
    }
    // Not from its beginning, where the second worker would be seen first at a small number.
    expect(firstOfSecond).toBeGreaterThanOrEqual(lastOfFirst)
    await second?.drain()
  },
)
