import { mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  codeHash,
  parameterStore,
  sweep,
  taskStore,
  type TrialInput,
  trialStore,
} from '@flatland/batch-study'
import { beforeAll, expect, test } from 'vitest'
import { start, temporaryFolder } from './test-support.ts'

const folder = temporaryFolder()
const store = join(folder, 'trials')
const tasks = join(folder, 'tasks')
const flatland = (...args: string[]) => start(['results', ...args, '--store', store], folder).ended
const withTasks = (...args: string[]) => flatland(...args, '--tasks', tasks)

const trial: TrialInput = {
  network: { kind: 'mlp', hidden: [8] },
  data: { name: 'mnist', train: 500, heldOut: 200 },
  rule: { rule: 'sgd' },
  learningRate: 0.1,
  batchSize: 50,
  length: { epochs: 1 },
  seed: 0,
}

/** A real trial; the same as if other code had run it; one that diverges; and one that is torn. */
let keys: string[] = []
beforeAll(async () => {
  mkdirSync(store)
  const opened = trialStore(store)
  for await (const event of sweep([trial, { ...trial, learningRate: 1e9 }], { store: opened })) {
    if (event.kind === 'failed') throw new Error(event.reason)
  }
  const { records } = await opened.list()
  const one = records.find(({ result }) => result.end === 'completed')
  if (one === undefined) throw new Error('nothing was kept')
  await opened.put({ ...one, key: 'a'.repeat(64), code: 'b'.repeat(64) })
  await opened.put({ ...one, key: 'c'.repeat(64) })
  truncateSync(join(store, `${'c'.repeat(64)}.json`), 50)
  keys = [one.key, ...records.map(({ key }) => key).filter(key => key !== one.key)]
})

test('lists, shows, exports, and prunes what no sweep takes any more', async () => {
  const listed = await flatland()
  expect(listed).toMatchObject({ code: 0, stderr: '1 files are no use: npx flatland results prune\n' })
  expect(listed.stdout).toMatch(/^key +finished +data +network/)
  expect(listed.stdout).toMatch(
    /mnist +mlp 784–8–10 +SGD +50 +0 +1 +0\.\d{4} +0\.\d{4} +completed +present\n/,
  )
  expect(listed.stdout).toMatch(/ diverged at \d+ +present\n/)
  expect(listed.stdout).toMatch(/^aaaaaaaa .* other$/m)
  expect(listed.stdout).toMatch(/\n3 trials, 0 tasks, 0 parameters \(0\.0 MB\)\n$/)

  const shown = await flatland('show', keys[0] ?? '')
  expect(JSON.parse(shown.stdout)).toMatchObject({ key: keys[0], code: codeHash(), result: { updates: 10 } })
  expect(await flatland('show', 'zzz')).toMatchObject({ code: 2, stderr: "✗ nothing has a key that begins with 'zzz'\n" }) // prettier-ignore
  expect(await flatland('show', '')).toMatchObject({ code: 2, stderr: "✗ 3 have keys that begin with ''\n" }) // prettier-ignore

  const [csv, parquet] = [join(folder, 'trials.csv'), join(folder, 'curves.parquet')]
  expect(await flatland('export', csv)).toMatchObject({ code: 0, stdout: `${csv}: 3 rows\n` })
  expect(readFileSync(csv, 'utf8').split('\n')).toHaveLength(5)
  expect(await flatland('export', parquet, '--curves')).toMatchObject({ code: 0 })
  expect(readFileSync(parquet).subarray(0, 4).toString()).toBe('PAR1')

  const nothing = '0 tasks, 0 parameters (0.0 MB)'
  const wanted = `1 trials, ${nothing}, 1 files that are no use. Stay: 2 trials, ${nothing}.\n`
  expect(await flatland('prune', '--dry-run')).toMatchObject({ stdout: `would be removed: ${wanted}` })
  expect(readdirSync(store)).toHaveLength(4)
  expect(await flatland('prune')).toMatchObject({ code: 0, stdout: `removed: ${wanted}` })
  expect(readdirSync(store).toSorted()).toEqual(keys.map(key => `${key}.json`).toSorted())
  expect(await flatland('prune', '--all')).toMatchObject({ stdout: `removed: 2 trials, ${nothing}, 0 files that are no use. Stay: 0 trials, ${nothing}.\n` }) // prettier-ignore
  expect(await flatland('export', csv)).toMatchObject({ code: 2, stderr: '✗ there is no finished trial to export\n' }) // prettier-ignore
})

/** Beside them: three tasks, of a module that is as it was, one that was edited, and one that is gone; and four parameters. */
async function keepMore() {
  const opened = trialStore(store)
  for await (const event of sweep([trial], { store: opened })) {
    if (event.kind === 'failed') throw new Error(event.reason)
  }
  const [one] = (await opened.list()).records
  if (one === undefined) throw new Error('nothing was kept')
  const parameters = parameterStore(join(store, 'parameters'))
  const [kept, started, old, young] = (await Promise.all(
    [1, 2, 3, 4].map(i => parameters.put(new Float32Array(50_000).fill(i))),
  )) as [string, string, string, string]
  const result = { ...one.result, kept: [{ update: 10, epoch: 1, sha256: kept }] }
  await opened.put({ ...one, result, trial: { ...one.trial, start: { parameters: started } } })
  // Of other code: what it kept goes with it.
  const stale = { ...one.result, kept: [{ update: 10, epoch: 1, sha256: old }] }
  await opened.put({ ...one, key: 'a'.repeat(64), code: 'b'.repeat(64), result: stale })
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000)
  for (const name of [kept, started, old])
    utimesSync(join(store, 'parameters', `${name}.f32`), yesterday, yesterday)

  const module = join(folder, 'mine.mjs')
  writeFileSync(module, 'export const mine = 1')
  const address = pathToFileURL(module).href
  const record = { module: address, code: codeHash(address), name: 'mine', task: 1, result: { loss: 0.5 }, backend: { name: 'cpu', tensorflow: null, threads: 1 }, finished: '2026-01-01T00:00:00.000Z' } // prettier-ignore
  const keeping = taskStore(tasks)
  await keeping.put({ ...record, key: '1'.repeat(64) })
  await keeping.put({ ...record, key: '2'.repeat(64), code: 'b'.repeat(64) })
  await keeping.put({ ...record, key: '3'.repeat(64), module: `${address}.gone` })
  return { one, kept, started, old, young }
}

test('knows tasks and kept parameters, and prunes those that nothing takes any more', async () => {
  const { one, kept, started, old, young } = await keepMore()
  const names = (...named: string[]): string[] => named.map(name => `${name}.f32`).toSorted()
  const parametersThere = (): string[] => readdirSync(join(store, 'parameters')).toSorted()
  expect((await withTasks()).stdout).toMatch(/\n2 trials, 3 tasks, 4 parameters \(0\.8 MB\)\n$/)
  // Who names another store does not mean the tasks of this machine.
  expect((await flatland()).stdout).toMatch(/\n2 trials, 0 tasks, 4 parameters \(0\.8 MB\)\n$/)

  const task = JSON.parse((await withTasks('show', '111')).stdout) as unknown
  expect(task).toMatchObject({ name: 'mine', task: 1, result: { loss: 0.5 } })
  for (const name of [kept, started]) {
    const shown = JSON.parse((await withTasks('show', name)).stdout) as unknown
    expect(shown).toEqual({ sha256: name, numbers: 50_000, trials: [one.key] })
  }

  const wanted =
    '1 trials, 2 tasks, 1 parameters (0.2 MB), 0 files that are no use. Stay: 1 trials, 1 tasks, 3 parameters (0.6 MB).\n'
  expect(await withTasks('prune', '--dry-run')).toMatchObject({ stdout: `would be removed: ${wanted}` })
  expect(parametersThere()).toEqual(names(kept, started, old, young))
  expect(await withTasks('prune')).toMatchObject({ code: 0, stdout: `removed: ${wanted}` })
  expect(parametersThere()).toEqual(names(kept, started, young))
  expect(readdirSync(tasks)).toEqual([`${'1'.repeat(64)}.json`])

  truncateSync(join(store, 'parameters', `${kept}.f32`), 8)
  await parameterStore(join(store, 'parameters')).get(kept)
  expect((await withTasks()).stderr).toBe('1 files are no use: npx flatland results prune\n')
  await withTasks('prune', '--all')
  expect([parametersThere(), readdirSync(tasks), readdirSync(store)]).toEqual([[], [], ['parameters']])
  expect(await flatland('list', '--tasks', join(folder, 'nowhere'))).toMatchObject({ code: 2, stderr: `✗ ${join(folder, 'nowhere')}: there is no such folder\n` }) // prettier-ignore
})
