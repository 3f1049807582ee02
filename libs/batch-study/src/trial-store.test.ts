import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { record } from '../test/record.ts'
import { readRecord, writeRecord } from './record-store.ts'
import { recordSchema } from './trial-record.ts'
import { StoreError, type TrialStore, trialStore } from './trial-store.ts'

let folder: string
let store: TrialStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trials '))
  store = trialStore(join(folder, 'store'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const [one, other] = [record(1), record(2)]
const fileOf = ({ key }: { key: string }): string => join(store.folder, `${key}.json`)

describe('trialStore', () => {
  test('gives back what it was given, and lists it, oldest first', async () => {
    expect(await store.list()).toEqual({ records: [], useless: [] })
    expect(await store.get(one.key)).toBeUndefined()
    await store.put({ ...other, finished: '2030-01-01T00:00:00.000Z' })
    await store.put(one)
    await store.put(one)
    expect(await store.get(one.key)).toEqual(one)
    expect((await store.list()).records.map(({ key }) => key)).toEqual([one.key, other.key])
    await store.remove([`${one.key}.json`, 'not-there.json'])
    expect(await store.get(one.key)).toBeUndefined()
    expect(readdirSync(store.folder)).toEqual([`${other.key}.json`])
  })

  test.each([
    [
      'cut off',
      (path: string) => {
        truncateSync(path, 200)
      },
    ],
    [
      'empty',
      (path: string) => {
        truncateSync(path, 0)
      },
    ],
    [
      'changed in one digit',
      (path: string) => {
        writeFileSync(path, readFileSync(path, 'utf8').replace('"seed":1', '"seed":7'))
      },
    ],
    [
      'followed by more',
      (path: string) => {
        writeFileSync(path, `${readFileSync(path, 'utf8')}x`)
      },
    ],
  ])('a record that is %s is set aside, and the others are there', async (_, spoil) => {
    // prettier-ignore
    await store.put(one)
    await store.put(other)
    spoil(fileOf(one))
    expect(await store.get(one.key)).toBeUndefined()
    expect(readdirSync(store.folder).toSorted()).toEqual([`${one.key}.torn`, `${other.key}.json`].toSorted())
    const { records, useless } = await store.list()
    expect(records).toEqual([other])
    expect(useless).toEqual([{ name: `${one.key}.torn`, why: 'was not whole' }])
    // Its place is free again.
    await store.put(one)
    expect(await store.get(one.key)).toEqual(one)
  })

  test('listing sets torn records aside too, and names what killed processes and other versions left', async () => {
    await store.put(one)
    truncateSync(fileOf(one), 100)
    const { pid } = spawnSync('true')
    writeFileSync(join(store.folder, `${one.key}.${pid}-x.tmp`), 'half')
    writeFileSync(join(store.folder, `${one.key}.${process.pid}-x.tmp`), 'being written')
    const json = writeRecord(recordSchema, other).split('\n')[1]?.replace('"toTarget"', '"toGoal"') ?? ''
    writeFileSync(fileOf(other), `${createHash('sha256').update(json).digest('hex')}\n${json}\n`)
    const { records, useless } = await store.list()
    expect(records).toEqual([])
    expect(useless.map(({ name, why }) => [name.slice(64).replace(/\d+/, ''), why]).toSorted()).toEqual([
      ['.-x.tmp', 'a process that ended left it half written'],
      ['.json', 'is of another version of this library'],
      ['.torn', 'is not whole'],
    ])
  })

  test('a record under another name is not taken for its own', async () => {
    await store.put(one)
    writeFileSync(fileOf(other), readFileSync(fileOf(one)))
    expect(await store.get(other.key)).toBeUndefined()
  })

  test('numbers that are not finite are refused, rather than made null', async () => {
    const bad = { ...one, result: { ...one.result, epochSeconds: NaN } }
    await expect(store.put(bad)).rejects.toThrow(/cannot be kept[^]*epochSeconds/)
  })

  test('files that are not its own are left alone', async () => {
    await store.put(one)
    const own = ['notes.json', 'a.torn', `${one.key}.txt`, 'b.1-x.tmp']
    for (const name of own) writeFileSync(join(store.folder, name), 'mine')
    expect(await store.list()).toEqual({ records: [one], useless: [] })
    expect(readdirSync(store.folder).toSorted()).toEqual([...own, `${one.key}.json`].toSorted())
  })

  test('a folder that cannot be is a StoreError', async () => {
    writeFileSync(join(folder, 'file'), '')
    const nowhere = trialStore(join(folder, 'file', 'store'))
    await expect(nowhere.put(one)).rejects.toMatchObject({ name: 'StoreError', kind: 'unwritable' })
    await expect(trialStore(join(folder, 'file')).list()).rejects.toMatchObject({ kind: 'unreadable' })
  })

  test('many writers at once leave whole records and nothing else', async () => {
    const writers = Array.from({ length: 3 }, () =>
      spawn(
        process.execPath,
        ['--input-type=module', '-e', `${setting(store.folder)}; for (let i = 0; i < 30; i++) await store.put(record(i % 3))`], // prettier-ignore
        { stdio: 'inherit' },
      ),
    )
    const ended = writers.map(async each => (await once(each, 'close'))[0] as number)
    let [found, left] = [0, writers.length]
    for (const each of ended) void each.then(() => left--)
    const running = (): boolean => left > 0
    while (running()) {
      const { useless } = await store.list()
      expect(useless.filter(({ why }) => why.includes('whole'))).toEqual([])
      found += (await store.get(record(0).key)) === undefined ? 0 : 1
    }
    expect(await Promise.all(ended)).toEqual([0, 0, 0])
    expect(found).toBeGreaterThan(0)
    expect(readdirSync(store.folder)).toHaveLength(3)
  })
})

/** A store and records, for a script in a process of its own. */
const setting = (at: string): string => `
  import { trialStore } from ${JSON.stringify(new URL('./trial-store.ts', import.meta.url).href)}
  import { record } from ${JSON.stringify(new URL('../test/record.ts', import.meta.url).href)}
  const store = trialStore(${JSON.stringify(at)})`

describe('a full disk', () => {
  /** As root in a namespace of mounts of its own, which not every machine allows. */
  const onSmallDisk = (script: string) =>
    spawnSync(
      'unshare',
      ['--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=64k none "$0" && exec "$1" --input-type=module -e "$2"', folder, process.execPath, script], // prettier-ignore
      { encoding: 'utf8' },
    )

  test.skipIf(spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status !== 0)(
    'is a clear error, and what was kept before is whole',
    () => {
      const { stdout, stderr } = onSmallDisk(`${setting(folder)}
        let kept = 0
        try {
          for (; kept < 100; kept++) await store.put(record(kept))
        } catch ({ name, kind, message }) {
          const { records, useless } = await store.list()
          console.log(JSON.stringify({ name, kind, message, kept, listed: records.length, useless }))
        }`)
      expect(stderr).toBe('')
      const told = JSON.parse(stdout) as Record<string, unknown>
      expect(told).toMatchObject({ name: 'StoreError', kind: 'full', useless: [] })
      expect(told['kept']).toBeGreaterThan(2)
      expect(told['listed']).toBe(told['kept'])
      expect(told['message']).toContain(`No space is left for trials in ${folder} (ENOSPC). Make some.`)
    },
  )

  test('leaves no half record, however far the writing came', async () => {
    await store.put(one)
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    const probe = await open(fileOf(one), 'r')
    const sync = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'sync').mockRejectedValue(full)
    await probe.close()
    const failed = await store.put(other).catch((error: unknown) => error)
    sync.mockRestore()
    expect(failed).toBeInstanceOf(StoreError)
    expect(failed).toMatchObject({ kind: 'full' })
    expect(readdirSync(store.folder)).toEqual([`${one.key}.json`])
  })
})

test('a record is text of two lines, and read as it was', () => {
  const text = writeRecord(recordSchema, one)
  expect(text.split('\n')).toHaveLength(3)
  expect(readRecord(recordSchema, text)).toEqual(one)
})
