import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { record } from '../test/record.ts'
import { codeHash } from './code-hash.ts'
import type { Executor, ExecutorEvent, TrialJob } from './executor.ts'
import { localExecutor } from './local-executor.ts'
import { type ParameterStore, parameterStore } from './parameter-store.ts'
import { hashOfParameters } from './parameter-values.ts'
import { sweep, type SweepOptions } from './sweep.ts'
import type { TrialResult } from './trial-result.ts'
import { StoreError, type TrialStore, trialStore } from './trial-store.ts'
import type { TrialInput } from './trial.ts'

let store: TrialStore
let parameters: ParameterStore
beforeEach(() => {
  store = trialStore(mkdtempSync(join(tmpdir(), 'sweep parameters ')))
  parameters = parameterStore(join(store.folder, 'parameters'))
})
afterEach(() => {
  rmSync(store.folder, { recursive: true })
})

const code = codeHash()
const { trial, result } = record(0)
const keeping: TrialInput = { ...trial, keep: 'end' }
/** As many numbers as the network of the trial has. */
const values = new Float32Array(12_730).fill(0.5)
const sha256 = hashOfParameters(values)

/** Runs nothing: of each trial it tells that it ended with these parameters, which its result names. */
function keepingExecutor(
  kept: readonly Float32Array[],
  named = kept.map(hashOfParameters),
): Executor & { readonly ran: TrialJob[] } {
  const ran: TrialJob[] = []
  return {
    ran,
    run: async function* (jobs) {
      for (const [index, job] of jobs.entries()) {
        ran.push(job)
        const own = named.map((each, update) => ({ update, epoch: 0, sha256: each }))
        const event: ExecutorEvent = { index, kind: 'done', result: { ...result, kept: own }, kept, code }
        yield await Promise.resolve(event)
      }
    },
  }
}

async function resultsOf(given: readonly TrialInput[], options: SweepOptions): Promise<TrialResult[]> {
  const results: TrialResult[] = []
  for await (const event of sweep(given, { store, ...options }))
    if (event.kind === 'result') results.push(event.result)
  return results
}

describe('a sweep of trials that keep parameters', () => {
  test('keeps them under the names in the result, before the record', async () => {
    const orders: string[] = []
    const watching: TrialStore = {
      ...store,
      put: async each => {
        orders.push(...(await parameters.list()))
        await store.put(each)
      },
    }
    await resultsOf([keeping], { store: watching, executor: keepingExecutor([values]) })
    expect(orders).toEqual([sha256])
    expect(await parameters.get(sha256)).toEqual(values)
    expect((await store.list()).records.map(each => each.result.kept[0]?.sha256)).toEqual([sha256])
  })

  test.each([
    ['gone', () => parameters.remove([sha256])],
    ['cut off', () => truncate(join(parameters.folder, `${sha256}.f32`), 100)],
  ])('a record whose parameters are %s counts as none, and is computed again', async (_, spoil) => {
    const executor = keepingExecutor([values])
    await resultsOf([keeping], { executor })
    await resultsOf([keeping], { executor })
    expect(executor.ran).toHaveLength(1)
    await spoil()
    await resultsOf([keeping], { executor })
    expect(executor.ran).toHaveLength(2)
    expect(await parameters.get(sha256)).toEqual(values)
  })

  test('parameters that cannot be kept leave no record', async () => {
    rmSync(store.folder, { recursive: true })
    const folder = trialStore(join(store.folder, 'as a file'))
    // Where the folder of parameters should be, there is a file.
    await store.put(record(7))
    const blocked = trialStore(join(store.folder, `${record(7).key}.json`))
    await expect(
      resultsOf([keeping], {
        store: { ...folder, folder: blocked.folder },
        executor: keepingExecutor([values]),
      }),
    ).rejects.toBeInstanceOf(StoreError)
    expect((await folder.list()).records).toEqual([])
  })

  test('an executor that gives other parameters than the result names is refused, and nothing recorded', async () => {
    const other = keepingExecutor([values], ['f'.repeat(64)])
    await expect(resultsOf([keeping], { executor: other })).rejects.toThrow(
      `the executor gave parameters ${sha256}; the result names ffff`,
    )
    const fewer = keepingExecutor([], [sha256])
    await expect(resultsOf([keeping], { executor: fewer })).rejects.toThrow(
      'the executor gave 0 kept parameters; the result names 1',
    )
    expect((await store.list()).records).toEqual([])
  })
})

describe('a sweep of trials that start from kept parameters', () => {
  const starting: TrialInput = { ...trial, start: { parameters: sha256 } }

  test('hands them to the executor with the trial, and none to the others', async () => {
    await parameters.put(values)
    const executor = keepingExecutor([])
    await resultsOf([starting, trial, { ...starting, seed: 5 }], { executor })
    expect(executor.ran.map(({ start }) => start)).toEqual([values, undefined, values])
    expect(executor.ran[0]?.start).toBe(executor.ran[2]?.start)
  })

  test('names those that are not kept, or not of its network, before anything runs or is told', async () => {
    const executor = keepingExecutor([])
    await resultsOf([trial], { executor })
    const told: string[] = []
    const run = async (second: TrialInput): Promise<void> => {
      for await (const event of sweep([trial, second], { store, executor })) told.push(event.kind)
    }
    await expect(run(starting)).rejects.toMatchObject({
      name: 'TrialError',
      message: `Trial 1 cannot be run:\n  start.parameters is ${sha256}; no parameters are kept under it`,
    })
    await parameters.put(values)
    await expect(run({ ...starting, network: { kind: 'mlp', hidden: [17] } })).rejects.toThrow(
      `Trial 1 cannot be run:\n  start.parameters is ${sha256}, of 12730 numbers; it must be one of 13525`,
    )
    expect(told).toEqual([])
    expect(executor.ran).toHaveLength(1)
  })
})

const quick: TrialInput = {
  network: { kind: 'F1', width: 8 },
  data: { name: 'mnist', train: 512, heldOut: 200 },
  rule: { rule: 'adam' },
  learningRate: 0.01,
  batchSize: 128,
  length: { epochs: 2 },
  keep: 'evaluations',
  seed: 0,
}

describe('in processes', () => {
  test('parameters come back whole, and a trial starts from them', async () => {
    const executor = localExecutor({ cores: 1 })
    const [first] = await resultsOf([quick], { executor })
    const last = first?.kept.at(-1)?.sha256 ?? ''
    expect(first?.kept).toHaveLength(3)
    expect(await parameters.list()).toEqual(first?.kept.map(each => each.sha256).toSorted())
    const warm: TrialInput = { ...quick, start: { parameters: last } }
    const [second] = await resultsOf([warm], { executor })
    const [end, start] = [first?.curve.at(-1), second?.curve[0]]
    expect([start?.train, start?.heldOut, start?.distance]).toEqual([end?.train, end?.heldOut, 0])
    expect(second?.kept[0]?.sha256).toBe(last)
  })

  test('kill -9 of the sweep: what was kept is there, and the next takes it from there', async () => {
    const endless: TrialInput = { ...quick, keep: 'end', length: { epochs: 100_000 } }
    const script = `
      import { sweep } from ${JSON.stringify(new URL('./sweep.ts', import.meta.url).href)}
      import { localExecutor } from ${JSON.stringify(new URL('./local-executor.ts', import.meta.url).href)}
      import { trialStore } from ${JSON.stringify(new URL('./trial-store.ts', import.meta.url).href)}
      const options = { store: trialStore(${JSON.stringify(store.folder)}), executor: localExecutor({ cores: 1 }) }
      for await (const event of sweep(${JSON.stringify([quick, endless])}, options)) {
        if (event.index === 1) console.log('the first is done')
      }`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script])
    await once(parent.stdout, 'data')
    parent.kill('SIGKILL')
    await once(parent, 'close')
    expect(readdirSync(parameters.folder).filter(name => !name.endsWith('.f32'))).toEqual([])
    const nobody: Executor = {
      run: () => {
        throw new Error('nothing is left to run')
      },
    }
    const [kept] = await resultsOf([quick], { executor: nobody })
    expect(kept?.kept).toHaveLength(3)
    for (const each of kept?.kept ?? [])
      expect(await parameters.get(each.sha256)).toHaveLength(kept?.parameters ?? 0)
  })
})
