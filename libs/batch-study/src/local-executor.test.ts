import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { localExecutor } from './local-executor.ts'
import { sweep, type SweepEvent } from './sweep.ts'
import { type TrialStore, trialStore } from './trial-store.ts'
import type { TrialInput } from './trial.ts'

let store: TrialStore
beforeEach(() => {
  store = trialStore(mkdtempSync(join(tmpdir(), 'executor ')))
})
afterEach(() => {
  rmSync(store.folder, { recursive: true })
})

const quick: TrialInput = {
  network: { kind: 'mlp', hidden: [8] },
  data: { name: 'mnist', train: 500, heldOut: 200 },
  rule: { rule: 'sgd' },
  learningRate: 0.1,
  batchSize: 50,
  length: { epochs: 2 },
  seed: 0,
}
/** Minutes, unless it is stopped. */
const endless: TrialInput = { ...quick, batchSize: 1, length: { epochs: 10_000 }, seed: 1 }

/** Processes of trials whose parent is this one, or another. */
function workers(parent = process.pid): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => {
      try {
        const [, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        return (
          Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('trial-worker')
        )
      } catch {
        return false
      }
    })
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')

const ends = (event: SweepEvent): boolean => event.kind !== 'progress'

describe('localExecutor', () => {
  test('runs as many as fit on the cores, in processes that go on with the next, and leaves none', async () => {
    const trials = [2, 3, 4, 5].map(seed => ({ ...quick, seed }))
    const [most, pids] = [[] as number[], new Set<number>()]
    const events: SweepEvent[] = []
    for await (const event of sweep(trials, { store, executor: localExecutor({ cores: 2 }) })) {
      events.push(event)
      most.push(workers().length)
      for (const pid of workers()) pids.add(pid)
    }
    expect(events.filter(ends).map(({ kind }) => kind)).toEqual(['result', 'result', 'result', 'result'])
    expect(events.some(event => event.kind === 'progress' && event.progress.point !== null)).toBe(true)
    expect(Math.max(...most)).toBe(2)
    expect(pids.size).toBe(2)
    expect(workers()).toEqual([])
  })

  test('a trial with as many threads as cores runs alone; one that diverges has a result', async () => {
    const trials: TrialInput[] = [
      { ...quick, threads: 2 },
      { ...quick, learningRate: 1e9 },
    ]
    const most: number[] = []
    const outcomes: string[] = []
    for await (const event of sweep(trials, { store, executor: localExecutor({ cores: 2 }) })) {
      most.push(workers().length)
      if (event.kind === 'result') outcomes.push(`${event.result.end} ${event.result.backend.threads}`)
    }
    expect(outcomes).toEqual(['completed 2', 'diverged 1'])
    expect(Math.max(...most)).toBe(1)
  })

  test('a trial that refuses to run is told at once, with its reason', async () => {
    // Where nothing was built.
    vi.stubEnv('FLATLAND_CACHE', join(store.folder, 'empty'))
    const outcomes: unknown[] = []
    for await (const event of sweep([quick], { store })) outcomes.push({ ...event, trial: undefined })
    vi.unstubAllEnvs()
    const reason = 'The native backend does not run: it is not built; `npm run setup` builds it'
    expect(outcomes).toEqual([{ kind: 'failed', index: 0, done: 1, total: 1, reason }])
  })

  test('kill -9 of a process: its trial is tried again, once; then it is reported, and the others go on', async () => {
    const unlucky = { ...endless, length: { epochs: 4 } }
    const killed = new Set<number>()
    const kill = (): void => {
      for (const pid of workers().filter(each => !killed.has(each))) {
        killed.add(pid)
        process.kill(pid, 'SIGKILL')
      }
    }
    const run = async (times: number): Promise<string[]> => {
      killed.clear()
      const outcomes: string[] = []
      for await (const event of sweep([unlucky, quick], { store, executor: localExecutor({ cores: 1 }) })) {
        if (event.kind === 'progress' && event.index === 0 && killed.size < times) kill()
        if (event.kind === 'failed') outcomes.push(`${event.index} ${event.reason}`)
        if (event.kind === 'result') outcomes.push(`${event.index} ${event.from} ${event.result.updates}`)
      }
      return outcomes
    }
    expect(await run(2)).toEqual(['0 twice its process ended with SIGKILL.', '1 run 20'])
    expect(await run(1)).toEqual(['1 store 20', '0 run 2000'])
    expect(killed.size).toBe(1)
  })

  test('aborting stops what runs at once, and keeps what is finished', async () => {
    const controller = new AbortController()
    const seen: string[] = []
    const run = async (): Promise<void> => {
      const options = { store, signal: controller.signal, executor: localExecutor({ cores: 1 }) }
      for await (const event of sweep([quick, endless], options)) {
        seen.push(`${event.kind} ${event.index}`)
        if (event.kind === 'progress' && event.index === 1) controller.abort(new Error('enough'))
      }
    }
    await expect(run()).rejects.toThrow('enough')
    expect(seen).toContain('result 0')
    expect(workers()).toEqual([])
    expect((await store.list()).records).toHaveLength(1)
  })

  test('a reader that stops stops the processes', async () => {
    for await (const event of sweep([endless], { store })) {
      expect(workers()).toHaveLength(1)
      if (event.kind === 'progress') break
    }
    expect(workers()).toEqual([])
  })

  test('a later sweep stops an earlier one', async () => {
    const earlier = sweep([endless], { store })
    await earlier.next()
    const kinds: string[] = []
    for await (const event of sweep([quick], { store })) if (ends(event)) kinds.push(event.kind)
    expect(kinds).toEqual(['result'])
    const rest = async (): Promise<void> => {
      for await (const event of earlier) expect(event.kind).toBe('progress')
    }
    await expect(rest()).rejects.toThrow('a later one began')
    expect(workers()).toEqual([])
  })

  test('kill -9 of the sweep: its processes end, and another goes on with nothing lost or run twice', async () => {
    const trials = [quick, { ...quick, seed: 7 }, endless]
    const script = `
      import { sweep } from ${JSON.stringify(new URL('./sweep.ts', import.meta.url).href)}
      import { trialStore } from ${JSON.stringify(new URL('./trial-store.ts', import.meta.url).href)}
      const options = { store: trialStore(${JSON.stringify(store.folder)}) }
      let left = 2
      for await (const event of sweep(${JSON.stringify(trials)}, options)) {
        if (event.kind === 'result' && --left === 0) console.log('two are done')
      }`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script])
    await once(parent.stdout, 'data')
    const left = workers(parent.pid)
    expect(left.length).toBeGreaterThan(0)
    parent.kill('SIGKILL')
    await expect.poll(() => left.filter(isAlive), { timeout: 20_000 }).toEqual([])

    const seen: string[] = []
    const finished = trials.map(each => (each === endless ? { ...endless, length: { updates: 5 } } : each))
    for await (const event of sweep(finished, { store })) {
      if (event.kind === 'result') seen.push(`${event.index} ${event.from}`)
    }
    expect(seen).toEqual(['0 store', '1 store', '2 run'])
    expect((await store.list()).useless).toEqual([])
  })

  test.each([0, 1.5])('%d cores are refused', cores => {
    expect(() => localExecutor({ cores })).toThrow(`cores is ${cores}; it must be a whole number from 1 on`)
  })
})
