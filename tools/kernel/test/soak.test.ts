import fc from 'fast-check'
import { expect, test } from 'vitest'
import { startKernel, type Answer, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'
import { resultText } from './result-text.ts'

/**
 * One kernel through a long day: cells of all kinds in a random order, each of which must answer as it should, while
 * memory stays flat. 150 cells in `npm test`; 2 000 with `npm run suite -w @flatland/kernel`, which also prints the memory.
 */
const cells = process.env['FLATLAND_SUITE'] === 'full' ? 2000 : 150
const seed = 20_240_607
/** A memory sample every so many cells. */
const sampleEvery = 10
/** Memory is flat when the median of the last quarter is at most this far above that of the second quarter. */
const allowed = { factor: 1.1, megabytes: 20 }

type Step = (turn: number) => Promise<void>

test(
  `${cells} mixed cells: nothing is lost, and memory is flat`,
  { timeout: cells * 3000 },
  async ({ annotate }) => {
    const folder = notebookFolder()
    const writeSource = (turn: number) => {
      const text = `export const version = ${turn}\nexport const half = (x: number) => x / 2\n`
      folder.writeSource('soak', 'src/index.ts', text)
    }
    writeSource(0)
    const kernel = await startKernel(folder.path)
    const steps = stepsOn(kernel, writeSource)
    const kinds = fc.sample(fc.noBias(fc.nat(steps.length - 1)), { numRuns: cells, seed })
    const memory: Memory[] = []
    await ok(kernel, opening)
    for (let turn = 1; turn <= cells; turn++) {
      await steps[kinds[turn - 1] ?? 0]?.(turn)
      if (turn % sampleEvery === 0) memory.push(await measure(kernel))
    }

    for (const kind of ['rss', 'heap'] as const) {
      const [second, last] = [quarter(memory, 1, kind), quarter(memory, 3, kind)]
      await annotate(
        `${kind}: ${second.toFixed(0)} MB in the second quarter, ${last.toFixed(0)} MB in the last`,
      )
      expect.soft(last, `${kind} in MB`).toBeLessThan(allowed.factor * second + allowed.megabytes)
    }
    await kernel.close()
    folder.remove()
  },
)

const opening = `
  import * as tf from '@tensorflow/tfjs'
  import { half, version } from 'fixture-soak'
  await tf.setBackend('cpu')
  import { setFlagsFromString } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  setFlagsFromString('--expose-gc')
  globalThis.gc = runInNewContext('gc')
  let edited = 0
  const sleep = (ms: number) => new Promise<void>(done => setTimeout(done, ms))`

/** The kinds of cells. Each checks its whole answer. */
function stepsOn(kernel: KernelClient, writeSource: (turn: number) => void): Step[] {
  const gives = async (code: string, expected: string) => {
    expect(resultText(await ok(kernel, code))).toBe(expected)
  }
  const fails = async (code: string, ename: string) => {
    const answer = await kernel.execute(code)
    expect(answer.reply).toMatchObject({ status: 'error', ename })
    expect(answer.of('error')).toHaveLength(1)
  }
  const interrupted = async (code: string) => {
    const cell = kernel.execute(code)
    await new Promise(resolve => setTimeout(resolve, 60))
    expect((await kernel.request('interrupt_request', {}, 'control')).reply).toEqual({ status: 'ok' })
    expect((await cell).reply).toMatchObject({ status: 'error', ename: 'Interrupted' })
  }

  return [
    turn => gives(`const value = ${turn}\nvalue + 1`, String(turn + 1)),
    turn => gives(`const value = 'text ${turn}'\nvalue.length`, String(`text ${turn}`.length)),
    turn => gives(`const value: number[] = [${turn}]\nvalue[0]! * 2`, String(2 * turn)),
    turn => gives(`function twice(x: number) { return 2 * x }\ntwice(${turn})`, String(2 * turn)),
    turn => gives(`class Box { constructor(readonly n: number) {} }\nnew Box(${turn}).n`, String(turn)),
    turn => gives(`await sleep(1); await Promise.resolve(${turn})`, String(turn)),
    async turn => {
      const many = await ok(kernel, `for (let i = 0; i < 50; i++) console.log('line', i, ${turn})`)
      expect(many.stream('stdout').split('\n')).toHaveLength(51)
    },
    async () => {
      const big = await ok(kernel, "console.log('x'.repeat(200_000)); console.error('e'.repeat(1000))")
      expect([big.stream('stdout').length, big.stream('stderr').length]).toEqual([200_001, 1001])
    },
    async turn => {
      const shown = await ok(
        kernel,
        `display(${turn}); display([{ a: ${turn}, b: 'x' }]); display(new Map([[1, 2]]))`,
      )
      expect(shown.of('display_data')).toHaveLength(3)
    },
    () => fails('const n: number = "text"', 'CompileError'),
    () => fails('const = 5', 'CompileError'),
    turn => fails(`throw new RangeError('cell ${turn}')`, 'RangeError'),
    turn => fails(`await sleep(1); const kept${turn % 5} = ${turn}; JSON.parse('null').x`, 'TypeError'),
    () => interrupted('for (;;);'),
    () => interrupted('for (;;) await sleep(1)'),
    () => interrupted('setInterval(() => console.log("dead"), 5); await new Promise(() => undefined)'),
    turn =>
      gives(
        `setTimeout(() => undefined, 20_000); setTimeout(() => console.log(${turn}), 3)\n${turn}`,
        String(turn),
      ),
    turn =>
      gives(
        `const x = tf.ones([64, 64])\nconst y = tf.tidy(() => x.matMul(x).sum().dataSync()[0])\ntf.dispose(x)\ny! + ${turn}`,
        String(262_144 + turn),
      ),
    turn => gives(`half(${turn})`, String(turn / 2)),
    async turn => {
      writeSource(turn)
      const rerun = await ok(kernel, "import { half, version } from 'fixture-soak'\nedited++\nversion")
      expect(resultText(rerun)).toBe(String(turn))
      expect(rerun.stream('stdout')).toMatch(/^Reloaded /)
    },
    () => gives("import { basename } from 'node:path'\nbasename('/a/b')", "'b'"),
    async () => {
      const { reply } = await kernel.request('complete_request', { code: 'edit', cursor_pos: 4 })
      expect(reply).toMatchObject({ status: 'ok', matches: expect.arrayContaining(['edited']) as string[] })
    },
    async () => {
      const asked = { code: 'edited', cursor_pos: 3, detail_level: 0 }
      expect((await kernel.request('inspect_request', asked)).reply).toMatchObject({
        status: 'ok',
        found: true,
      })
    },
    async () => {
      const { reply } = await kernel.request('is_complete_request', { code: 'function f() {' })
      expect(reply).toMatchObject({ status: 'incomplete' })
    },
    async turn => {
      const burst = await Promise.all([1, 2, 3].map(i => kernel.execute(`${turn} + ${i}`)))
      expect(burst.map(resultText)).toEqual([1, 2, 3].map(i => String(turn + i)))
    },
  ]
}

interface Memory {
  rss: number
  heap: number
}

async function measure(kernel: KernelClient): Promise<Memory> {
  const answer = await ok(
    kernel,
    `globalThis.gc?.(); JSON.stringify({ rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed })`,
  )
  return JSON.parse(String(resultText(answer)).slice(1, -1)) as Memory
}

/** Median of a quarter of the samples, in MB. */
function quarter(memory: Memory[], index: number, kind: keyof Memory): number {
  const size = Math.floor(memory.length / 4)
  const values = memory.slice(index * size, (index + 1) * size).map(sample => sample[kind])
  const sorted = values.sort((a, b) => a - b)
  return (sorted[Math.floor(sorted.length / 2)] ?? Infinity) / 2 ** 20
}

async function ok(kernel: KernelClient, code: string): Promise<Answer> {
  const answer = await kernel.execute(code)
  if (answer.reply['status'] !== 'ok') throw new Error(`${code}\n${JSON.stringify(answer.reply, null, 1)}`)
  return answer
}
