import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Task } from '../test/task-modules.ts'
import { codeHash } from './code-hash.ts'
import { storedTasks, type StoredTasksOptions } from './stored-tasks.ts'
import { taskStore } from './task-store.ts'

const module = new URL('../test/task-modules.ts', import.meta.url)

let folder: string
let ledger: string
let options: StoredTasksOptions
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasks '))
  ledger = join(folder, 'ledger')
  options = { backend: 'cpu', workers: 2, folder: join(folder, 'store') }
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const run = (tasks: readonly Task[], more: StoredTasksOptions = {}) =>
  storedTasks<unknown>({ module, name: 'entered', argument: ledger }, tasks, { ...options, ...more })

/** What was computed since this was asked for last. */
function computed(): unknown[] {
  if (!existsSync(ledger)) return []
  const lines = readFileSync(ledger, 'utf8').split('\n').filter(Boolean)
  rmSync(ledger)
  return lines.map(line => JSON.parse(line) as unknown)
}

const files = (): string[] => readdirSync(join(folder, 'store'))

/** Processes of workers whose parent this is. */
function workersOf(parent: number): number[] {
  const list = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
  return list.trim().split(' ').filter(Boolean).map(Number)
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')

describe('storedTasks', () => {
  test('computes what is missing only, runs once what is twice in the list, and counts what was there', async () => {
    const told: string[] = []
    const onProgress = (done: number, total: number): void => void told.push(`${done}/${total}`)
    const first = await run([2, 3, 2], { onProgress })
    expect(first).toEqual({
      done: [
        { task: 0, result: { square: 4 } },
        { task: 1, result: { square: 9 } },
        { task: 2, result: { square: 4 } },
      ],
      missing: [],
      fromStore: 0,
    })
    expect(computed().toSorted()).toEqual([2, 3])
    expect(told.splice(0)).toEqual(['1/2', '2/2'])

    const second = await run([3, 4, 2, 4], { onProgress })
    expect(second.done.map(({ result }) => result)).toEqual([9, 16, 4, 16].map(square => ({ square })))
    expect(second.fromStore).toBe(2)
    expect(computed()).toEqual([4])
    expect(told.splice(0)).toEqual(['2/3', '3/3'])

    const third = await run([3, 4, 2], { onProgress, workers: 1 })
    expect([third.fromStore, third.missing, computed()]).toEqual([3, [], []])
    expect(told).toEqual(['3/3'])
  })

  test('a record says of what it is, and what ran it', async () => {
    await run([5])
    const { records, useless } = await taskStore(options.folder).list()
    expect(useless).toEqual([])
    expect(records).toMatchObject([
      {
        code: codeHash(module),
        module: module.href,
        name: 'entered',
        argument: ledger,
        task: 5,
        result: { square: 25 },
        backend: { name: 'cpu', tensorflow: null, threads: 1 },
      },
    ])
  })

  test('another argument, backend or function is another task; another order of names is not', async () => {
    const pair = { wait: 0, id: 1 }
    await run([pair])
    expect((await run([{ id: 1, wait: 0 }])).fromStore).toBe(1)
    computed()
    expect((await run([pair], { backend: 'wasm' })).fromStore).toBe(0)
    expect(computed()).toEqual([pair])
    const elsewhere = { module, name: 'entered', argument: `${ledger} 2` }
    expect((await storedTasks(elsewhere, [pair], options)).fromStore).toBe(0)
    expect(files()).toHaveLength(3)
  })

  test('a result that JSON would change is missing, by name, and the others are kept', async () => {
    const given = ['nan', 'infinity', 'undefined', 'nothing', 'function', 'date', 'vector', 'circle'] as const
    const { done, missing } = await run([...given.map(give => ({ give })), 3])
    expect(done).toEqual([{ task: 8, result: { square: 9 } }])
    expect(missing.map(({ reason }) => reason.replace(/, which JSON would change: .*/, ''))).toEqual([
      'the result.losses[1] is NaN',
      'the result is -Infinity',
      'the result.found.best is undefined',
      'the result is undefined',
      'the result[0] is a function',
      'the result.at is a Date',
      'the result is a Float32Array',
      'the result[0] holds itself',
    ])
    expect(files()).toHaveLength(1)
  })

  test('one that throws, or kills its process, is missing; the others are done, and a rerun tries it again', async () => {
    const { done, missing } = await run([1, 'throw', 2, 'die', 3], { workers: 1 })
    expect(done.map(({ task }) => task)).toEqual([0, 2, 4])
    expect(missing).toEqual([
      { task: 1, reason: 'no root' },
      { task: 3, reason: 'the worker ended with SIGKILL.' },
    ])
    computed()
    expect((await run([1, 'throw', 2, 'die', 3])).fromStore).toBe(3)
    expect(computed().toSorted()).toEqual(['die', 'throw'])
  })

  test('a torn record is computed again, and replaced', async () => {
    await run([1, 2])
    computed()
    const [spoilt = ''] = files()
    truncateSync(join(folder, 'store', spoilt), 30)
    expect(await run([1, 2])).toMatchObject({ fromStore: 1, missing: [] })
    expect(computed()).toHaveLength(1)
    expect(files().toSorted()).toHaveLength(3)
    expect((await run([1, 2])).fromStore).toBe(2)
  })

  test('stopping keeps what is done; what is left is computed later', async () => {
    const controller = new AbortController()
    const stop = (): void => {
      controller.abort()
    }
    const long = { wait: 3_600_000 }
    const stopped = await run([1, long, 2], { workers: 1, signal: controller.signal, onProgress: stop })
    expect(stopped.missing).toEqual([1, 2].map(task => ({ task, reason: 'stopped by the caller' })))
    computed()
    expect((await run([1, 2])).fromStore).toBe(1)
    expect(computed()).toEqual([2])
  })

  test('kill -9 of the caller: its processes end, what they did is kept, and a rerun does the rest', async () => {
    const script = `
      import { storedTasks } from ${JSON.stringify(new URL('./stored-tasks.ts', import.meta.url).href)}
      const onProgress = done => { if (done === 2) console.log('two are done') }
      await storedTasks(${JSON.stringify({ module: module.href, name: 'entered', argument: ledger })},
        ${JSON.stringify([1, 2, { wait: 3_600_000 }])}, { ...${JSON.stringify(options)}, onProgress })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script])
    await once(parent.stdout, 'data')
    const left = workersOf(parent.pid ?? 0)
    expect(left.length).toBeGreaterThan(0)
    parent.kill('SIGKILL')
    await expect.poll(() => left.filter(isAlive), { timeout: 20_000 }).toEqual([])
    computed()
    expect(await run([1, 2, 3])).toMatchObject({ fromStore: 2, missing: [] })
    expect(computed()).toEqual([3])
  })

  test('two callers at once give the same, and leave whole records', async () => {
    const tasks = [1, 2, 3, 4, 5, 6]
    const script = `
      import { storedTasks } from ${JSON.stringify(new URL('./stored-tasks.ts', import.meta.url).href)}
      const { done } = await storedTasks(${JSON.stringify({ module: module.href, name: 'entered', argument: ledger })},
        ${JSON.stringify(tasks)}, ${JSON.stringify(options)})
      console.log(JSON.stringify(done))`
    const callers = [0, 1].map(() => spawn(process.execPath, ['--input-type=module', '-e', script]))
    const texts = await Promise.all(
      callers.map(async each => {
        let text = ''
        each.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
        await once(each, 'close')
        return JSON.parse(text) as unknown
      }),
    )
    const expected = tasks.map((x, task) => ({ task, result: { square: x * x } }))
    expect(texts).toEqual([expected, expected])
    const { records, useless } = await taskStore(options.folder).list()
    expect([records.length, useless]).toEqual([6, []])
    expect((await run(tasks)).fromStore).toBe(6)
  })
})

test.skipIf(spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status !== 0)(
  'a full disk: what does not fit is missing with that reason, nothing is computed in vain after it, the rest is whole',
  () => {
    const tasks = Array.from({ length: 8 }, (_, id) => ({ bytes: 20_000, id }))
    const disk = mkdtempSync(join(folder, 'disk '))
    const script = `
      import { storedTasks } from ${JSON.stringify(new URL('./stored-tasks.ts', import.meta.url).href)}
      import { taskStore } from ${JSON.stringify(new URL('./task-store.ts', import.meta.url).href)}
      const { done, missing } = await storedTasks(${JSON.stringify({ module: module.href, name: 'entered', argument: ledger })},
        ${JSON.stringify(tasks)}, { backend: 'cpu', workers: 1, folder: ${JSON.stringify(disk)} })
      const { records, useless } = await taskStore(${JSON.stringify(disk)}).list()
      console.log(JSON.stringify({ done: done.length, missing, records: records.length, useless }))`
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=64k none "$0" && exec "$1" --input-type=module -e "$2"', disk, process.execPath, script], // prettier-ignore
      { encoding: 'utf8' },
    )
    expect(stderr).toBe('')
    const told = JSON.parse(stdout) as { done: number; records: number; missing: { reason: string }[] }
    expect(told).toMatchObject({ records: told.done, useless: [] })
    expect(told.done).toBeGreaterThan(1)
    expect(told.missing).toHaveLength(8 - told.done)
    for (const { reason } of told.missing) expect(reason).toContain(`No space is left for tasks in ${disk}`)
    expect(computed()).toHaveLength(told.done + 1)
  },
)

test('what it refuses, before anything runs', async () => {
  const refused = (source: object, tasks: unknown[] = [0], more: StoredTasksOptions = {}) =>
    expect(storedTasks({ module, name: 'entered', ...source }, tasks, { ...options, ...more })).rejects
  await refused({ module: './mine.ts' }).toThrow(RangeError)
  await refused({ module: './mine.ts' }).toThrow('it must be a file: address')
  await refused({ module: 'file:///no/such.ts' }).toThrow('no such file')
  await refused({ argument: { a: [NaN] } }).toThrow('the argument.a[0] is NaN; it must be plain JSON data')
  await refused({ argument: Float32Array.of(1) }).toThrow('the argument is a Float32Array')
  await refused({}, [0, undefined]).toThrow('task 1 is undefined')
  await refused({}, [0], { workers: 0 }).toThrow('workers is 0')
  await refused({ name: 'missing', argument: ledger }).toThrow('exports no function missing')
  await refused({ name: 'noFunction' }).toThrow('exports no function noFunction')
  await refused({ module: import.meta.resolve('./not-json.ts'), name: 'notJson' }).toThrow(
    'did not return a function',
  )
  writeFileSync(join(folder, 'file'), '')
  await refused({ argument: ledger }, [0], { folder: join(folder, 'file') }).toThrow('cannot be read')
  expect(computed()).toEqual([])
})
