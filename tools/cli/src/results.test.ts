import { mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { codeHash, sweep, type TrialInput, trialStore } from '@flatland/batch-study'
import { beforeAll, expect, test } from 'vitest'
import { start, temporaryFolder } from './test-support.ts'

const folder = temporaryFolder()
const store = join(folder, 'trials')
const flatland = (...args: string[]) => start(['results', ...args, '--store', store], folder).ended

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
  expect(listed.stdout).toMatch(/\n3 trials\n$/)

  const shown = await flatland('show', keys[0] ?? '')
  expect(JSON.parse(shown.stdout)).toMatchObject({ key: keys[0], code: codeHash(), result: { updates: 10 } })
  expect(await flatland('show', 'zzz')).toMatchObject({ code: 2, stderr: "✗ no trial has a key that begins with 'zzz'\n" }) // prettier-ignore
  expect(await flatland('show', '')).toMatchObject({ code: 2, stderr: "✗ 3 trials have keys that begin with ''\n" }) // prettier-ignore

  const [csv, parquet] = [join(folder, 'trials.csv'), join(folder, 'curves.parquet')]
  expect(await flatland('export', csv)).toMatchObject({ code: 0, stdout: `${csv}: 3 rows\n` })
  expect(readFileSync(csv, 'utf8').split('\n')).toHaveLength(5)
  expect(await flatland('export', parquet, '--curves')).toMatchObject({ code: 0 })
  expect(readFileSync(parquet).subarray(0, 4).toString()).toBe('PAR1')

  const wanted = '1 trials, 1 files that are no use. 2 trials stay.\n'
  expect(await flatland('prune', '--dry-run')).toMatchObject({ stdout: `would be removed: ${wanted}` })
  expect(readdirSync(store)).toHaveLength(4)
  expect(await flatland('prune')).toMatchObject({ code: 0, stdout: `removed: ${wanted}` })
  expect(readdirSync(store).toSorted()).toEqual(keys.map(key => `${key}.json`).toSorted())
  expect(await flatland('prune', '--all')).toMatchObject({ stdout: 'removed: 2 trials, 0 files that are no use. 0 trials stay.\n' }) // prettier-ignore
  expect(await flatland('export', csv)).toMatchObject({ code: 2, stderr: '✗ there is no finished trial to export\n' }) // prettier-ignore
})
