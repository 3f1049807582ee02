import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import type { Step } from '../test/worker-modules.ts'
import { mapInWorkers, type WorkersOptions, type WorkerSource } from './map-in-workers.ts'

const module = new URL('../test/worker-modules.ts', import.meta.url)
const results = new URL('../test/worker-results.ts', import.meta.url)
const cpu: WorkersOptions = { backend: 'cpu', workers: 2 }
const acts = (steps: readonly Step[], options = cpu): ReturnType<typeof mapInWorkers<number>> =>
  mapInWorkers<number>({ module, name: 'acts', argument: 7 }, steps, options)

afterEach(() => {
  vi.unstubAllEnvs()
})

/** A process that has ended and that nobody asked about stays in the list as a zombie, Z. */
function alive(pid: number): boolean {
  const state = `/proc/${pid}/stat`
  return existsSync(state) && !readFileSync(state, 'utf8').includes(') Z ')
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return list.trim().split(' ').filter(Boolean).map(Number)
}

test('results come in the order of the tasks, from several processes, each opened once', async () => {
  const tasks = [0, 1, 2, 3, 4, 5]
  const told: string[] = []
  const { done, missing } = await mapInWorkers<{ pid: number; calls: number }>(
    { module, name: 'processes' },
    tasks,
    { ...cpu, onProgress: (count, total) => told.push(`${count}/${total}`) },
  )
  expect(missing).toEqual([])
  expect(done.map(({ task }) => task)).toEqual(tasks)
  const pids = new Set(done.map(({ result }) => result.pid))
  for (const pid of pids) {
    const calls = done.filter(({ result }) => result.pid === pid).map(({ result }) => result.calls)
    expect(calls).toEqual(calls.map((_, i) => i + 1))
    expect(alive(pid)).toBe(false)
  }
  expect(pids).not.toContain(process.pid)
  expect(told).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6'])
})

test('a task that throws, or has a result that cannot be copied, is missing; the others are done', async () => {
  const { done, missing } = await acts(['square', 'throw', 'return a function', 'square'])
  expect(done).toEqual([
    { task: 0, result: 49 },
    { task: 3, result: 49 },
  ])
  expect(missing.map(({ task }) => task)).toEqual([1, 2])
  expect(missing[0]?.reason).toBe('no root of 7')
  expect(missing[1]?.reason).toContain('the result cannot be copied')
})

test('a worker that is killed loses its task only; another takes its place', async () => {
  const { done, missing } = await acts(['square', 'die', 'square', 'die', 'square'], { ...cpu, workers: 1 })
  expect(done.map(({ task }) => task)).toEqual([0, 2, 4])
  expect(missing).toEqual([1, 3].map(task => ({ task, reason: 'the worker ended with SIGKILL.' })))
})

test('stopping kills the workers and keeps what was done', async () => {
  const controller = new AbortController()
  const { done, missing } = await mapInWorkers<number>({ module, name: 'sleeper' }, [0, 1, 2, 3], {
    ...cpu,
    workers: 1,
    signal: controller.signal,
    onProgress: () => {
      controller.abort()
    },
  })
  expect(done.map(({ task }) => task)).toEqual([0])
  expect(missing).toEqual([1, 2, 3].map(task => ({ task, reason: 'stopped by the caller' })))
  expect(done.map(({ result }) => alive(result))).toEqual([false])
})

test('a call that is stopped before it begins starts no worker', async () => {
  const { done, missing } = await acts(['square'], { ...cpu, signal: AbortSignal.abort() })
  expect(done).toEqual([])
  expect(missing).toEqual([{ task: 0, reason: 'stopped by the caller' }])
})

test('a later call stops an earlier one', async () => {
  const earlier = mapInWorkers({ module, name: 'sleeper' }, [1, 1], cpu)
  const refused = expect(earlier).rejects.toThrow('a later one began')
  const { done } = await acts(['square'])
  expect(done).toEqual([{ task: 0, result: 49 }])
  await refused
})

test('a worker ends soon after the process that asked for it has died', async () => {
  const worker = new URL('./worker-process.ts', import.meta.url).pathname
  const open = { kind: 'open', module: module.href, name: 'sleeper', backend: 'cpu' }
  const script = `const { fork } = await import('node:child_process')
    const child = fork(${JSON.stringify(worker)}, { execArgv: [], serialization: 'advanced' })
    child.send(${JSON.stringify(open)})
    child.on('message', () => { child.send({ kind: 'task', task: 1 }); process.stdout.write(String(child.pid)) })`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script])
  const [text] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(text.toString())
  expect(alive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => alive(pid), { timeout: 20_000 }).toBe(false)
})

test('what onProgress throws ends the work', async () => {
  const onProgress = (): never => {
    throw new Error('no more')
  }
  await expect(acts(['square', 'square', 'square'], { ...cpu, onProgress })).rejects.toThrow('no more')
  expect((await acts(['square'])).done).toEqual([{ task: 0, result: 49 }])
})

test('failures are told of too', async () => {
  const told: number[] = []
  await acts(['throw', 'square', 'throw'], { ...cpu, onProgress: ended => told.push(ended) })
  expect(told).toEqual([1, 2, 3])
})

test('a result of which something else would arrive is missing', async () => {
  const { done, missing } = await mapInWorkers({ module: results, name: 'blobs' }, [0], cpu)
  expect(done).toEqual([])
  expect(missing[0]?.reason).toContain('the result cannot be copied to another process')
})

test('what the environment says for all processes does not reach the workers', async () => {
  vi.stubEnv('NODE_OPTIONS', '--require /no/such.cjs')
  vi.stubEnv('FORCE_COLOR', '3')
  vi.stubEnv('FLATLAND_TEST', 'as it is')
  const names = ['NODE_OPTIONS', 'FORCE_COLOR', 'FLATLAND_TEST']
  const { done } = await mapInWorkers({ module: results, name: 'environment' }, [names], cpu)
  expect(done).toEqual([{ task: 0, result: ['', '0', 'as it is'] }])
})

/** Data that can be read so often, and no more. */
function readable(times: number): object {
  let reads = 0
  return Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      if (++reads > times) throw new Error('read too often')
      return reads
    },
  })
}

test('what fails only when it is sent ends the work, and the workers', async () => {
  // It is read once to be checked.
  const pids: number[] = []
  const sent = mapInWorkers<number>({ module, name: 'sleeper' }, [0, readable(1)], {
    ...cpu,
    workers: 1,
    onProgress: () => pids.push(...childrenOf(process.pid)),
  })
  await expect(sent).rejects.toThrow('read too often')
  expect(pids.filter(alive)).toEqual([])
  expect(pids).not.toEqual([])
  const source = { module, name: 'acts', argument: readable(1) }
  await expect(mapInWorkers(source, ['square', 'square'], cpu)).rejects.toThrow('read too often')
  expect(childrenOf(process.pid).filter(alive)).toEqual([])
})

test('a process that cannot start for want of files says so', async () => {
  const script = `
    const { openSync } = await import('node:fs')
    const { mapInWorkers } = await import(${JSON.stringify(new URL('./map-in-workers.ts', import.meta.url).href)})
    try { for (;;) openSync('/dev/null') } catch {}
    const source = ${JSON.stringify({ module: module.href, name: 'acts', argument: 7 })}
    await mapInWorkers(source, ['square', 'square'], { workers: 2 }).catch(error => console.log(error.message))`
  const limited = spawn('sh', [
    '-c',
    'ulimit -n 100; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    script,
  ])
  let text = ''
  limited.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(limited, 'close')
  expect(text).toMatch(/^No worker could start: spawn .* EMFILE\n$/)
})

test('without tasks there is nothing to do', async () => {
  expect(await acts([])).toEqual({ done: [], missing: [] })
})

test('what it refuses', async () => {
  const run = (source: Partial<WorkerSource>, tasks: unknown[] = [0], options = cpu): Promise<unknown> =>
    mapInWorkers({ module, name: 'processes', ...source }, tasks, options)
  await expect(run({ name: 'cannotStart', argument: 'no data here' })).rejects.toThrow(
    'No worker could start: no data here',
  )
  await expect(run({ name: 'dies' })).rejects.toThrow(
    'No worker could start: the worker ended with code 3. out of luck',
  )
  await expect(run({ name: 'nothing' })).rejects.toThrow('exports no function nothing')
  await expect(run({ name: 'noFunction' })).rejects.toThrow('exports no function noFunction')
  await expect(run({ name: 'toy', argument: { target: 1 } })).rejects.toThrow('did not return a function')
  await expect(run({ module: 'file:///no/such.ts' })).rejects.toThrow('Cannot find module')
  await expect(run({ module: './toy.ts' })).rejects.toThrow('it must be a file: address')
  await expect(run({ argument: () => 1 })).rejects.toThrow('the argument cannot be copied')
  await expect(run({}, [0, () => 1])).rejects.toThrow('task 1 cannot be copied')
  const shared = new SharedArrayBuffer(8)
  await expect(run({ argument: shared })).rejects.toThrow('the argument cannot be copied')
  await expect(run({}, [shared])).rejects.toThrow('task 0 cannot be copied')
  await expect(run({}, [new Blob([])])).rejects.toThrow('task 0 cannot be copied')
  await expect(run({}, [0], { workers: 0 })).rejects.toThrow('workers is 0')
})
