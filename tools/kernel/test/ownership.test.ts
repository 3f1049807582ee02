import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelSpec } from '../src/kernelspec.ts'
import { startKernel, type Answer, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'

/** What a cell sets going is its own: its outputs, errors and timers, also after its end. */

const folder = notebookFolder()
let kernel: KernelClient

beforeAll(async () => {
  kernel = await startKernel(folder.path)
  await kernel.execute(
    'const sleep = (ms: number) => new Promise(r => setTimeout(r, ms))\nlet turns = 0\n' +
      "import { readFile } from 'node:fs/promises'",
  )
})
afterAll(async () => {
  await kernel.close()
  folder.remove()
})

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

async function interruptAfter(text: string, code: string): Promise<Answer> {
  const heard = kernel.heard(text)
  const cell = kernel.execute(code)
  await heard
  await kernel.request('interrupt_request', {}, 'control')
  return cell
}

/** The text/plain of the last expression. */
async function value(code: string): Promise<unknown> {
  const { data } = (await kernel.execute(code)).of('execute_result')[0] as { data: Record<string, unknown> }
  return data['text/plain']
}

describe('after its end', () => {
  test('what a cell prints and displays is its own, while another runs', async () => {
    const first = await kernel.execute(
      "setTimeout(() => { console.log('from the first'); display(1) }, 30); console.log('now')",
    )
    const second = await kernel.execute("await sleep(60); console.log('from the second')")
    expect(second.stream('stdout')).toBe('from the second\n')
    expect(first.stream('stdout')).toBe('now\nfrom the first\n')
    expect(first.of('display_data')).toHaveLength(1)
  })

  test.each([
    ['a timer', "setTimeout(() => { throw new Error('stray') }, 30)"],
    ['a rejection', "void (async () => { await sleep(30); throw new Error('stray') })()"],
    ['an event', "(await import('node:fs')).readFile('.', () => { throw new Error('stray') })"],
  ])('its errors are shown in it: %s', async (_, code) => {
    const first = await kernel.execute(code)
    const second = kernel.execute('await sleep(200)')
    await expect.poll(() => first.stream('stderr')).toMatch(/^Error: stray\n.*cell\[\d+\]:1:\d+/)
    expect((await second).outputs.map(({ type }) => type)).toEqual(['execute_input'])
  })
})

describe('once it was interrupted', () => {
  test.each([
    ['sleeps', "console.log('begun'); for (;;) { await sleep(5); console.log('dead', turns++) }"],
    [
      'reads files',
      "console.log('begun'); for (;;) { await readFile('.').catch(() => 0); console.log('dead', turns++) }",
    ],
    [
      'sleeps, and catches all',
      "console.log('begun'); for (;;) { try { await sleep(5) } catch {}; console.log('dead', turns++) }",
    ],
    [
      'has an interval',
      "setInterval(() => { console.log('dead', turns++) }, 5); console.log('begun'); await sleep(1e6)",
    ],
    [
      'promisifies',
      "import { promisify } from 'node:util'\nconst nap = promisify(setTimeout)\nconsole.log('begun'); for (;;) { await nap(5); console.log('dead', turns++) }",
    ],
    [
      'sleeps otherwise, and catches all',
      "import { setTimeout as nap } from 'node:timers/promises'\nconsole.log('begun'); for (;;) { try { await nap(5) } catch {} turns++ }",
    ],
    [
      'takes from a stream',
      "import { on, EventEmitter } from 'node:events'\nconst e = new EventEmitter(); const ticks = setInterval(() => e.emit('tick'), 5)\n" +
        "console.log('begun'); for await (const _ of on(e, 'tick')) console.log('dead', turns++)",
    ],
  ])('a loop that %s does nothing any more', async (_, code) => {
    const cell = await interruptAfter('begun', code)
    expect(cell.reply['ename']).toBe('Interrupted')
    const outputs = cell.outputs.length
    const turns = await value('turns')
    await pause(40)
    expect((await kernel.execute('0')).stream('stdout')).toBe('')
    expect(await value('turns')).toBe(turns)
    expect(cell.outputs).toHaveLength(outputs)
  })

  test.each([
    'null',
    'sleep(1e6)',
    'new Promise(() => undefined)',
    'display(1)',
    'readFile(".").catch(() => 0)',
  ])('its finally blocks run: await %s', async awaited => {
    await interruptAfter(
      'begun',
      `let cleaned = false\nconsole.log('begun'); try { for (;;) await ${awaited} } finally { cleaned = true }`,
    )
    expect(await value('cleaned')).toBe('true')
  })

  test('loops of imported sources end too, whatever they wait for or catch', async () => {
    folder.writeSource(
      'training',
      'src/index.ts',
      `import { readFile } from 'node:fs/promises'
       import { setTimeout as nap } from 'node:timers/promises'
       export const state = { turns: 0, ended: 0 }
       const turn = () => { if (state.turns++ === 0) console.log('begun') }
       export async function reads() { try { for (;;) { await readFile('/dev/null'); turn() } } finally { state.ended++ } }
       export async function naps() { for (;;) { try { await nap(1) } catch {} turn() } }
       export const arrow = async () => { while (true) await nap(1).then(turn) }
       export async function busy(print: (text: string) => void) { turn(); for (let i = 0; ; i++) print('turn ' + i) }\n`,
    )
    await kernel.execute("import { state, reads, naps, arrow, busy } from 'fixture-training'")
    for (const loop of ['reads()', 'naps()', 'arrow()', 'busy(console.log)', 'busy(x => display(x))']) {
      const cell = await interruptAfter('begun', `state.turns = 0\nawait ${loop}`)
      expect(cell.reply['ename']).toBe('Interrupted')
      // A timer that was due already may have its turn.
      await pause(30)
      const turns = await value('state.turns')
      await pause(30)
      expect(await value('state.turns')).toBe(turns)
    }
    expect(await value('state.ended')).toBe('1')
  })

  test('a loop of microtasks that catches everything is stopped by force', async () => {
    const cell = await interruptAfter(
      'begun',
      "console.log('begun'); for (;;) { try { await null } catch {} }",
    )
    expect(cell.reply['ename']).toBe('Interrupted')
    expect(await value('1 + 1')).toBe('2')
  })

  test('what it left behind can be interrupted too, when it loops later', async () => {
    const cell = await interruptAfter(
      'begun',
      "import { execFile } from 'node:child_process'\n" +
        "execFile('sleep', ['0.2'], () => { queueMicrotask(function again() { queueMicrotask(again) }) })\n" +
        "console.log('begun'); await new Promise(() => undefined)",
    )
    expect(cell.reply['ename']).toBe('Interrupted')
    await pause(300)
    await kernel.request('interrupt_request', {}, 'control')
    expect(await value('1 + 1')).toBe('2')
  })

  test('its end comes though what it does then is a loop that has to be stopped by force', async () => {
    // Without `await` a loop of an imported source does not look for interrupts.
    folder.writeSource('stubborn', 'src/index.ts', 'export const spin = () => { for (;;); }\n')
    await kernel.execute("import { spin } from 'fixture-stubborn'")
    const cell = await interruptAfter(
      'begun',
      "interruptSignal().addEventListener('abort', () => { spin() })\nconsole.log('begun'); await sleep(1e6)",
    )
    expect(cell.reply['ename']).toBe('Interrupted')
    expect(await value('1 + 1')).toBe('2')
  })

  test('the cells that wait are aborted', async () => {
    const heard = kernel.heard('begun')
    const cell = kernel.execute("console.log('begun'); for (;;);")
    const waiting = kernel.execute('1')
    await heard
    await kernel.request('interrupt_request', {}, 'control')
    expect((await cell).reply['ename']).toBe('Interrupted')
    expect((await waiting).reply['status']).toBe('aborted')
  })

  test('a loop stopped by force inside a tidy and a gradient leaves nothing open in TensorFlow.js', async () => {
    folder.writeSource(
      'forced',
      'src/index.ts',
      `import * as tf from '@tensorflow/tfjs'
       export const spin = () => tf.tidy(() => tf.grad(x => { console.log('begun'); for (;;) tf.tidy(() => x.square()) })(tf.scalar(1)))\n`,
    )
    await kernel.execute(
      "import * as tf from '@tensorflow/tfjs'\nimport { spin } from 'fixture-forced'\nawait tf.ready()",
    )
    const before = await value('tf.memory().numTensors')
    const cell = await interruptAfter('begun', 'spin()')
    expect(cell.reply['ename']).toBe('Interrupted')
    const state = await value(
      'const { gradientDepth, activeTape, scopeStack } = (tf.engine() as any).state; [gradientDepth, activeTape, scopeStack.length]',
    )
    expect(state).toBe('[ 0, null, 0 ]')
    // One that was just being made belongs to no tidy yet.
    expect(Number(await value('tf.memory().numTensors'))).toBeLessThanOrEqual(Number(before) + 1)
  })

  test('interruptSignal() tells other work to end', async () => {
    await kernel.execute('let told = false')
    await interruptAfter(
      'begun',
      "interruptSignal().addEventListener('abort', () => { told = true })\nconsole.log('begun'); await sleep(1e6)",
    )
    expect(await value('told')).toBe('true')
  })
})

test('an interrupt of an idle kernel ends what finished cells have left running, and no more', async () => {
  await kernel.execute(
    'let ticks = 0\nsetInterval(() => ticks++, 2); const later = () => new Promise(r => setTimeout(r, 1))',
  )
  await kernel.execute('void (async () => { for (;;) { await readFile(".").catch(() => 0); ticks++ } })()')
  const before = Number(await value('await sleep(20); ticks'))
  expect(before).toBeGreaterThan(0)
  await kernel.request('interrupt_request', {}, 'control')
  const after = await value('ticks')
  expect(await value('await sleep(20); ticks')).toBe(after)
  expect((await kernel.execute('await later()')).reply['status']).toBe('ok')
})

describe('the end of the kernel', () => {
  test.each([
    ['process.exit(3)', 'process.exit(3)'],
    ['in a timer', 'setTimeout(() => process.exit(3), 10); await sleep(1e6)'],
  ])('is said by the cell that called process.exit: %s', async (_, code) => {
    const other = await startKernel(folder.path)
    await other.execute('const sleep = (ms: number) => new Promise(r => setTimeout(r, ms))')
    const gone = once(other.process, 'exit')
    const cell = other.execute(`console.log('before'); ${code}`)
    const waiting = other.execute('1')
    const answer = await cell
    await gone
    expect(answer.reply).toMatchObject({ status: 'error', ename: 'KernelDied' })
    expect(answer.reply['evalue']).toMatch(/^process\.exit\(3\) was called/)
    expect(answer.of('error')).toHaveLength(1)
    expect(answer.stream('stdout')).toBe('before\n')
    expect((await waiting).reply['status']).toBe('aborted')
    await other.close()
  })

  test('is said when the memory is used up', async () => {
    // The least heap that leaves the kernel its reserve.
    const other = await startKernel(folder.path, withHeap(2048 + 512))
    const gone = once(other.process, 'exit')
    const answer = await other.execute(
      'const kept: number[][] = []; for (;;) kept.push(new Array(1e6).fill(1.5))',
    )
    await gone
    expect(answer.reply).toMatchObject({ status: 'error', ename: 'KernelDied' })
    expect(answer.reply['evalue']).toMatch(/ran out of memory/)
    await other.close()
  })

  test('does not come of garbage', async () => {
    const other = await startKernel(folder.path, withHeap(2048 + 512))
    const { reply } = await other.execute(
      'let last: unknown; const end = Date.now() + 1500; while (Date.now() < end) last = new Array(1e5).fill(1.5)',
    )
    expect(reply['status']).toBe('ok')
    await other.close()
  })
})

function withHeap(megabytes: number): string[] {
  const { argv } = kernelSpec({ node: process.execPath })
  return argv.map(arg => arg.replace(/^(--max-old-space-size=).*/, `$1${megabytes}`))
}
