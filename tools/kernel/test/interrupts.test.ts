import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest'
import { startKernel, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'
import { resultText } from './result-text.ts'

/**
 * Every kind of loop, interrupted again and again in one kernel: 5 times each in `npm test`, 30 times each with
 * `npm run suite -w @flatland/kernel`, which also prints the longest time from an interrupt to the cell's reply.
 */
const repetitions = process.env['FLATLAND_SUITE'] === 'full' ? 30 : 5
/** Only so that a hang ends as a failure: no time is asserted. */
const hang = 10_000

const folder = notebookFolder()
const mark = join(folder.path, 'begun')
let kernel: KernelClient

async function start(): Promise<void> {
  kernel = await startKernel(folder.path)
  const { reply } = await kernel.execute(`
    import { once } from 'node:events'
    import { spawn } from 'node:child_process'
    import { existsSync, writeFileSync } from 'node:fs'
    import { readFile } from 'node:fs/promises'
    import { Worker } from 'node:worker_threads'
    import { idle, nap, spin } from 'fixture-loops'
    let turns = 0
    const kept = 42
    const sleep = (ms: number) => new Promise<void>(done => setTimeout(done, ms))
    const forever = new Promise<void>(() => undefined)
    const begun = () => existsSync('begun') || writeFileSync('begun', '')
    const dead = () => { turns++; console.log('dead') }`)
  expect(reply).toMatchObject({ status: 'ok' })
}

beforeAll(async () => {
  folder.writeSource(
    'loops',
    'src/index.ts',
    `export function spin(begun: () => unknown): never {
       begun()
       for (;;);
     }
     export async function nap(begun: () => unknown, turn: () => void): Promise<never> {
       begun()
       for (;;) {
         await new Promise(done => setTimeout(done, 2))
         turn()
       }
     }
     export async function idle(begun: () => unknown): Promise<never> {
       begun()
       for (;;) await null
     }\n`,
  )
  await start()
})
afterAll(async () => {
  await kernel.close()
  folder.remove()
})

interface Loop {
  kind: string
  code: string
  /** Takes away what the loop had opened. */
  after?: string
}

const worker = `const worker = new Worker("require('worker_threads').parentPort.on('message', m => require('worker_threads').parentPort.postMessage(m))", { eval: true });`

/** Each calls `begun()` when it loops, and prints 'dead' where it can print at all after its end. */
const loops: Loop[] = [
  { kind: 'synchronous', code: 'begun(); for (;;) turns++' },
  { kind: 'after an await', code: 'await sleep(1); begun(); for (;;) turns++' },
  { kind: 'in a timeout', code: 'setTimeout(() => { begun(); for (;;) turns++ }, 1); await forever' },
  { kind: 'in an interval', code: 'setInterval(() => { begun(); for (;;) turns++ }, 1); await forever' },
  { kind: 'of an interval', code: 'setInterval(() => { begun(); dead() }, 2); await forever' },
  { kind: 'of promises', code: 'begun(); while (true) await null' },
  { kind: 'of sleeps', code: 'begun(); for (;;) { await sleep(5); dead() }' },
  { kind: 'of files', code: "begun(); for (;;) { await readFile('/dev/null'); dead() }" },
  { kind: 'over sleeps and files at once', code: both("readFile('/dev/null')", 'sleep(2)') },
  {
    kind: 'with a worker thread',
    code: `${worker} begun(); for (;;) { worker.postMessage(1); await once(worker, 'message'); dead() }`,
    after: 'await worker.terminate()',
  },
  {
    kind: 'of messages of a worker thread',
    code: `${worker} worker.on('message', () => { console.log('dead'); worker.postMessage(1) })
      worker.postMessage(1); begun(); await forever`,
    after: 'await worker.terminate()',
  },
  {
    kind: 'with a child process',
    code: `const child = spawn('cat'); begun()
      for (;;) { child.stdin.write('x'); await once(child.stdout, 'data'); dead() }`,
    after: 'child.kill()',
  },
  {
    kind: 'that cannot be left by an error',
    code: 'begun(); for (;;) { try { for (;;) turns++ } finally { continue } }',
  },
  {
    kind: 'that swallows what an await throws',
    code: 'begun(); for (;;) { try { await sleep(2); dead() } catch {} }',
  },
  {
    kind: 'that sleeps in its finally',
    code: 'begun(); for (;;) { try { await sleep(2) } finally { await sleep(1); dead() } }',
  },
  { kind: 'in a source of the workspace', code: 'spin(begun)' },
  { kind: 'of sleeps in a source of the workspace', code: 'await nap(begun, dead)' },
  { kind: 'of promises in a source of the workspace', code: 'await idle(begun)' },
  {
    kind: 'in a display method',
    code: "({ [Symbol.for('Jupyter.display')]: () => { begun(); for (;;); } })",
  },
  {
    kind: 'of sleeps in a display method',
    code: "({ [Symbol.for('Jupyter.display')]: async () => { begun(); for (;;) { await sleep(2); dead() } } })",
  },
  {
    kind: 'of microtasks',
    code: 'const micro = (): void => queueMicrotask(micro); begun(); micro(); await forever',
  },
  {
    kind: 'of ticks',
    code: 'const tick = (): void => process.nextTick(tick); begun(); tick(); await forever',
  },
  {
    kind: 'of immediates',
    code: 'const soon = (): void => { dead(); setImmediate(soon) }; begun(); soon(); await forever',
  },
  {
    kind: 'over a generator',
    code: 'function* count() { for (let i = 0; ; i++) yield i }\nbegun(); for (const i of count()) turns = i',
  },
  {
    kind: 'over an asynchronous generator',
    code: `async function* naps() { for (;;) { await sleep(2); yield 1 } }
      begun(); for await (const one of naps()) { turns += one; dead() }`,
  },
  {
    kind: 'that allocates',
    code: `let pile: number[][] = []; begun()
      for (;;) { pile.push(new Array<number>(1000).fill(turns)); if (pile.length > 1000) pile = [] }`,
  },
  { kind: 'that prints', code: "begun(); for (;;) console.log('dead')" },
  { kind: 'inside a regular expression', code: "begun(); /^(a+)+$/.test('a'.repeat(60) + 'b')" },
  {
    kind: 'that waits for a lock',
    code: 'begun(); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
  },
]

function both(one: string, other: string): string {
  return `begun(); const turn = async (work: () => Promise<unknown>) => { for (;;) { await work(); dead() } }
    await Promise.all([turn(() => ${one}), turn(() => ${other})])`
}

describe(`a loop is stopped ${repetitions} times of ${repetitions}`, () => {
  test.each(loops)('$kind', { timeout: repetitions * hang }, async ({ code, after }) => {
    onTestFailed(startAfresh)
    for (let i = 0; i < repetitions; i++) {
      took.push(await interruptOnce(code))
      if (after !== undefined) {
        expect((await alive('the end', kernel.execute(after))).reply).toMatchObject({ status: 'ok' })
      }
    }
  })
})

/** From each interrupt to its cell's reply, in ms. */
const took: number[] = []

test('every interrupt of these was counted', async ({ annotate }) => {
  const longest = loops.map(({ kind }, index) => {
    const own = took.slice(index * repetitions, (index + 1) * repetitions)
    return `${kind} ${Math.round(Math.max(...own))} ms`
  })
  await annotate(`${took.length} interrupts; the longest: ${longest.join(', ')}`)
  expect(took).toHaveLength(repetitions * loops.length)
})

/** Gives the time from the interrupt to the cell's reply, in ms. */
async function interruptOnce(code: string): Promise<number> {
  rmSync(mark, { force: true })
  const cell = kernel.execute(code)
  await alive('the begin', untilBegun())
  expect(await alive('the heart', kernel.beat())).toBe('beat')

  const asked = performance.now()
  await alive('the interrupt', kernel.request('interrupt_request', {}, 'control'))
  const stopped = await alive('the cell', cell)
  const elapsed = performance.now() - asked
  expect(stopped.reply).toMatchObject({ status: 'error', ename: 'Interrupted' })

  const published = stopped.outputs.length
  await pause(50)
  const next = await alive(
    'the next cell',
    kernel.execute('const seen = turns; await sleep(20); [kept, turns - seen]'),
  )
  expect(resultText(next)).toBe('[ 42, 0 ]')
  expect(JSON.stringify(next.outputs)).not.toContain('dead')
  expect(stopped.outputs.slice(published)).toEqual([])
  return elapsed
}

async function untilBegun(): Promise<void> {
  while (!existsSync(mark)) await pause(5)
}

async function alive<T>(what: string, answer: Promise<T>): Promise<T> {
  const limit = new AbortController()
  const hung = pause(hang, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`${what}: nothing for ${hang} ms`)
  })
  hung.catch(() => undefined)
  return Promise.race([answer, hung]).finally(() => {
    limit.abort()
  })
}

/** What one kind of loop has broken is not to count for the next. */
async function startAfresh(): Promise<void> {
  kernel.process.kill('SIGKILL')
  await start()
}
