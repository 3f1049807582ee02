import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ParameterStore, parameterStore } from './parameter-store.ts'
import { trialStore } from './trial-store.ts'

let folder: string
let store: ParameterStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parameters '))
  store = parameterStore(join(folder, 'store'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const values = Float32Array.of(1, -2, 0.5)
const fileOf = (name: string): string => join(store.folder, `${name}.f32`)

describe('parameterStore', () => {
  test('gives back what it was given, under the SHA-256 of its bytes', async () => {
    expect(await store.list()).toEqual([])
    const name = await store.put(values)
    // IEEE 754, little-endian, by hand.
    const bytes = Buffer.from('0000803f' + '000000c0' + '0000003f', 'hex')
    expect(name).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(readFileSync(fileOf(name))).toEqual(bytes)
    expect(await store.get(name)).toEqual(values)
    expect(await store.put(values)).toBe(name)
    expect(await store.list()).toEqual([name])
    expect(await store.about(name)).toMatchObject({ bytes: 12 })
    await store.remove([name, 'f'.repeat(64)])
    expect([await store.get(name), await store.about(name)]).toEqual([undefined, undefined])
    expect(readdirSync(store.folder)).toEqual([])
  })

  test('keeps every bit of any numbers, of a part of a vector too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint32Array({ maxLength: 20 }), fc.nat(5), async (bits, from) => {
        const part = new Float32Array(bits.buffer).subarray(Math.min(from, bits.length))
        const found = (await store.get(await store.put(part))) ?? new Float32Array(99)
        expect(Buffer.from(found.buffer)).toEqual(Buffer.from(part.buffer, part.byteOffset, part.byteLength))
      }),
      { seed: 3, numRuns: 40 },
    )
  })

  test('lies in the folder of the trials unless it is told where', () => {
    expect(parameterStore().folder).toBe(join(trialStore().folder, 'parameters'))
  })

  test.each([
    ['cut off', (path: string) => { truncateSync(path, 8) }], // prettier-ignore
    ['of other numbers', (path: string) => { writeFileSync(path, Buffer.alloc(12)) }], // prettier-ignore
  ])('a file that is %s is set aside, and counts as missing', async (_, spoil) => {
    const name = await store.put(values)
    const other = await store.put(Float32Array.of(7))
    spoil(fileOf(name))
    expect(await store.get(name)).toBeUndefined()
    expect(await store.list()).toEqual([other])
    expect(await store.useless()).toEqual([{ name: `${name}.torn`, why: 'was not whole' }])
    await store.removeUseless([`${name}.torn`])
    expect(await store.useless()).toEqual([])
    expect(await store.put(values)).toBe(name)
    expect(await store.get(name)).toEqual(values)
  })

  test.each(['', 'abc', '../x', 'F'.repeat(64)])("what is no SHA-256 is refused: '%s'", async name => {
    await expect(store.get(name)).rejects.toThrow(RangeError)
    await expect(store.get(name)).rejects.toThrow('it must be a SHA-256: 64 hexadecimal digits')
    await expect(store.remove([name])).rejects.toThrow(RangeError)
    await expect(store.about(name)).rejects.toThrow(RangeError)
  })

  test('a folder that cannot be is a StoreError', async () => {
    writeFileSync(join(folder, 'file'), '')
    const nowhere = parameterStore(join(folder, 'file', 'store'))
    await expect(nowhere.put(values)).rejects.toMatchObject({ name: 'StoreError', kind: 'unwritable' })
    await expect(parameterStore(join(folder, 'file')).list()).rejects.toMatchObject({ kind: 'unreadable' })
  })

  test('many writers at once leave whole files and nothing else', async () => {
    const writers = Array.from({ length: 3 }, () =>
      spawn(
        process.execPath,
        ['--input-type=module', '-e', `${setting(store.folder)}; for (let i = 0; i < 30; i++) await store.put(of(i % 3))`], // prettier-ignore
        { stdio: 'inherit' },
      ),
    )
    const codes = await Promise.all(writers.map(async each => (await once(each, 'close'))[0] as number))
    expect(codes).toEqual([0, 0, 0])
    const names = await store.list()
    expect(names).toHaveLength(3)
    const found = await Promise.all(names.map(name => store.get(name)))
    expect(found.map(each => each?.length)).toEqual([2000, 2000, 2000])
    expect(readdirSync(store.folder)).toHaveLength(3)
  })
})

/** A store, and parameters by a number, for a script in a process of its own. */
const setting = (at: string): string => `
  import { parameterStore } from ${JSON.stringify(new URL('./parameter-store.ts', import.meta.url).href)}
  const store = parameterStore(${JSON.stringify(at)})
  const of = i => new Float32Array(2000).fill(i)`

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
        const kept = []
        try {
          for (let i = 0; i < 100; i++) kept.push(await store.put(of(i)))
        } catch ({ name, kind, message }) {
          const found = await Promise.all(kept.map(each => store.get(each)))
          const listed = (await store.list()).length
          console.log(JSON.stringify({ name, kind, message, whole: found.map(each => each[0]), listed, useless: await store.useless() }))
        }`)
      expect(stderr).toBe('')
      const told = JSON.parse(stdout) as { whole: number[]; message: string }
      expect(told).toMatchObject({ name: 'StoreError', kind: 'full', useless: [], listed: told.whole.length })
      expect(told.whole.length).toBeGreaterThan(2)
      expect(told.whole).toEqual(told.whole.map((_, i) => i))
      expect(told.message).toContain(`No space is left for parameters in ${folder} (ENOSPC). Make some.`)
    },
  )

  test('leaves no half file, however far the writing came', async () => {
    const name = await store.put(values)
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    const probe = await open(fileOf(name), 'r')
    const sync = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'sync').mockRejectedValue(full)
    await probe.close()
    const failed = await store.put(Float32Array.of(7)).catch((error: unknown) => error)
    sync.mockRestore()
    expect(failed).toMatchObject({ name: 'StoreError', kind: 'full' })
    expect(readdirSync(store.folder)).toEqual([`${name}.f32`])
  })
})
