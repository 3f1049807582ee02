import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { record } from '../test/record.ts'
import { codeHash } from './code-hash.ts'
import type { Executor, ExecutorEvent } from './executor.ts'
import { sweep, type SweepEvent, type SweepOptions } from './sweep.ts'
import { StoreError, type TrialStore, trialStore } from './trial-store.ts'
import type { Trial, TrialInput } from './trial.ts'

let store: TrialStore
beforeEach(() => {
  store = trialStore(mkdtempSync(join(tmpdir(), 'sweep ')))
})
afterEach(() => {
  rmSync(store.folder, { recursive: true })
})

const code = codeHash()
const { trial, result } = record(0)
const trials: TrialInput[] = [0, 1, 2].map(seed => ({ ...trial, seed }))

/** An executor that runs nothing: it tells of each trial what is asked for, the last trial first. */
function telling(
  tell: (index: number, trial: Trial) => ExecutorEvent[],
): Executor & { readonly ran: Trial[] } {
  const ran: Trial[] = []
  return {
    ran,
    run: async function* (given) {
      for (const [index, { trial: each }] of [...given.entries()].toReversed()) {
        ran.push(each)
        yield* await Promise.resolve(tell(index, each))
      }
    },
  }
}

const done = (index: number, { seed }: Trial): ExecutorEvent[] => [
  { index, kind: 'progress', progress: { update: 1, updates: 63, batchLoss: 1, point: null } },
  { index, kind: 'done', result: { ...result, epochs: seed }, kept: [], code },
]

async function all(given: readonly TrialInput[], options: SweepOptions): Promise<SweepEvent[]> {
  const events: SweepEvent[] = []
  for await (const event of sweep(given, { store, ...options })) events.push(event)
  return events
}

const short = (event: SweepEvent): string =>
  [event.kind, event.index, `${event.done}/${event.total}`, event.kind === 'result' ? event.from : '']
    .join(' ')
    .trim()

describe('sweep', () => {
  test('tells progress and results as they come, kept before they are told, by the place of the trial', async () => {
    const executor = telling(done)
    const seen: string[] = []
    for await (const event of sweep(trials, { store, executor })) {
      seen.push(short(event))
      expect(event.trial.seed).toBe(event.index)
      if (event.kind !== 'result') continue
      expect(event.result.epochs).toBe(event.index)
      expect((await store.list()).records).toHaveLength(event.done)
    }
    expect(seen).toEqual([
      'progress 2 0/3',
      'result 2 1/3 run',
      'progress 1 1/3',
      'result 1 2/3 run',
      'progress 0 2/3',
      'result 0 3/3 run',
    ])
  })

  test('takes from the store what is there, and runs only what changed', async () => {
    await all(trials, { executor: telling(done) })
    const executor = telling(done)
    const changed = trials.map(each => (each.seed === 1 ? { ...each, batchSize: 8 } : each))
    expect((await all(changed, { executor })).map(short)).toEqual([
      'result 0 1/3 store',
      'result 2 2/3 store',
      'progress 1 2/3',
      'result 1 3/3 run',
    ])
    expect(executor.ran.map(({ seed, batchSize }) => [seed, batchSize])).toEqual([[1, 8]])
    const nobody: Executor = {
      run: () => {
        throw new Error('nothing is left to run')
      },
    }
    expect(await all(changed, { executor: nobody })).toHaveLength(3)
  })

  test('runs once what is twice in the list, and tells it twice', async () => {
    const executor = telling(done)
    const events = await all([...trials, { ...trials[1], seed: 1 } as TrialInput], { executor })
    expect(executor.ran).toHaveLength(3)
    expect(events.filter(({ kind }) => kind === 'result').map(({ index }) => index)).toEqual([2, 1, 3, 0])
    expect(events.at(-1)).toMatchObject({ done: 4, total: 4 })
  })

  test('a trial that failed is told, not kept, and the others go on', async () => {
    const failing = telling((index, each) =>
      each.seed === 1 ? [{ index, kind: 'failed', reason: 'no memory' }] : done(index, each),
    )
    const events = await all(trials, { executor: failing })
    expect(events.filter(({ kind }) => kind !== 'progress').map(short)).toEqual([
      'result 2 1/3 run',
      'failed 1 2/3',
      'result 0 3/3 run',
    ])
    expect(events.find(({ kind }) => kind === 'failed')).toMatchObject({ reason: 'no memory' })
    const again = telling(done)
    await all(trials, { executor: again })
    expect(again.ran.map(({ seed }) => seed)).toEqual([1])
  })

  test('a full disk: the result is told, then the error, and what was kept is there', async () => {
    const full: TrialStore = {
      ...store,
      put: async each => {
        if (each.trial.seed === 1) throw new StoreError('full', 'no space', undefined)
        await store.put(each)
      },
    }
    const seen: string[] = []
    const run = async (): Promise<void> => {
      for await (const event of sweep(trials, { store: full, executor: telling(done) }))
        seen.push(short(event))
    }
    await expect(run()).rejects.toMatchObject({ name: 'StoreError', kind: 'full' })
    expect(seen.filter(each => each.startsWith('result'))).toEqual(['result 2 1/3 run', 'result 1 2/3 run'])
    expect((await store.list()).records.map(({ trial: { seed } }) => seed)).toEqual([2])
  })

  test('a result of other code is told, not kept, and ends the sweep', async () => {
    const edited = telling((index, each) =>
      done(index, each).map(event => (event.kind === 'done' ? { ...event, code: 'f'.repeat(64) } : event)),
    )
    await expect(all(trials, { executor: edited })).rejects.toThrow('The code was edited while the sweep ran')
    expect((await store.list()).records).toEqual([])
  })

  test('one trial that cannot be run is named before anything runs', async () => {
    const executor = telling(done)
    const bad = [...trials, { ...trial, batchSize: 0 }]
    await expect(all(bad, { executor })).rejects.toThrow(/^Trial 3 cannot be run:\n {2}batchSize is 0/)
    expect(executor.ran).toEqual([])
  })

  test('a signal that was aborted before ends it with its reason', async () => {
    await all(trials, { executor: telling(done) })
    const signal = AbortSignal.abort(new Error('never mind'))
    await expect(all(trials, { executor: telling(done), signal })).rejects.toThrow('never mind')
  })

  test('an executor that tells of a trial it was not given is refused', async () => {
    const wrong = telling((_, each) => done(7, each))
    await expect(all(trials, { executor: wrong })).rejects.toThrow('a trial 7 that it was not given')
  })

  test('no trial is no event', async () => {
    expect(await all([], {})).toEqual([])
  })
})
