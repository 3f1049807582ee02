import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kernelSpec } from '../src/kernelspec.ts'
import { startKernel, type Answer, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'

const folder = notebookFolder()
let kernel: KernelClient

beforeAll(async () => {
  kernel = await startKernel(folder.path)
})
afterAll(async () => {
  await kernel.close()
  folder.remove()
})

/** Runs cells one after another; gives the text of the last one's result. */
async function result(...cells: string[]): Promise<string | undefined> {
  let last: Answer | undefined
  for (const code of cells) {
    last = await kernel.execute(code)
    if (last.reply['status'] !== 'ok') throw new Error(`${code}\n${traceback(last)}`)
  }
  return plainText(last?.of('execute_result')[0])
}

function plainText(content: Answer['reply'] | undefined): string | undefined {
  return (content?.['data'] as Record<string, string> | undefined)?.['text/plain']
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function traceback({ reply }: Answer): string {
  return (reply['traceback'] as string[]).join('\n')
}

describe('a cell', () => {
  test('answers with its last expression, its number and its code', async () => {
    const answer = await kernel.execute('const a: number = 1\na + 1')
    expect(answer.of('execute_input')).toEqual([
      { code: 'const a: number = 1\na + 1', execution_count: answer.reply['execution_count'] },
    ])
    expect(answer.of('execute_result')).toMatchObject([
      { data: { 'text/plain': '2' }, execution_count: answer.reply['execution_count'] },
    ])
    expect(await result('a + 2')).toBe('3')
  })

  test.each(['', '// a comment', 'interface Row { x: number }', 'undefined', 'let unset'])(
    'has no result: %j',
    async code => {
      const { reply, outputs } = await kernel.execute(code)
      expect(reply['status']).toBe('ok')
      expect(outputs.map(({ type }) => type)).toEqual(['execute_input'])
    },
  )

  test('writes to the standard streams', async () => {
    const answer = await kernel.execute(
      'console.log("to out"); console.error("to err"); process.stdout.write("raw")',
    )
    expect(answer.stream('stdout')).toBe('to out\nraw')
    expect(answer.stream('stderr')).toBe('to err\n')
  })

  test('that is silent publishes nothing and counts nothing', async () => {
    const { reply } = await kernel.execute('0')
    const silent = await kernel.execute('1', { silent: true })
    expect(silent.outputs).toEqual([])
    expect(silent.reply['execution_count']).toBe(reply['execution_count'])
  })

  test.each([
    ['await (Promise.resolve(1))', '1'],
    ['(await [2])[0]', '2'],
    ['let sum = 0; for await (const x of [Promise.resolve(3)]) sum += x\nsum', '3'],
    ['if (true) { await null }\nawait Promise.resolve(4)', '4'],
    ['const [five] = await Promise.all([5]); five', '5'],
    ['`${await Promise.resolve(6)}`', "'6'"],
  ])('awaits: %s', async (code, value) => {
    expect(await result(code)).toBe(value)
  })
})

describe('display', () => {
  const bundle = "{ 'text/plain': 'as text', 'text/html': '<b>rich</b>' }"

  test.each([`() => (${bundle})`, `async () => (${bundle})`])(
    'the last expression may show itself: %s',
    async method => {
      const answer = await kernel.execute(`({ [Symbol.for('Jupyter.display')]: ${method} })`)
      expect(answer.of('execute_result')).toMatchObject([
        { data: { 'text/plain': 'as text', 'text/html': '<b>rich</b>' } },
      ])
    },
  )

  test('display() needs no import, is typed, and is done before the cell ends', async () => {
    const slow = `{ [Symbol.for('Jupyter.display')]: async () => { await new Promise(r => setTimeout(r, 50)); return ${bundle} } }`
    const answer = await kernel.execute(`const shown: Promise<void> = display(${slow})\ndisplay(7)`)
    expect(answer.of('display_data').map(plainText)).toEqual(['7', 'as text'])
  })

  test('display() is done also before an error', async () => {
    const slow = `{ [Symbol.for('Jupyter.display')]: async () => { await new Promise(r => setTimeout(r, 50)); return ${bundle} } }`
    const answer = await kernel.execute(`display(${slow})\nthrow new Error('after')`)
    expect(answer.outputs.map(({ type }) => type)).toEqual(['execute_input', 'display_data', 'error'])
  })

  test('what a display method throws is an error of the cell', async () => {
    const thrower = "{ [Symbol.for('Jupyter.display')]: () => Promise.reject(new RangeError('no picture')) }"
    const answers = [await kernel.execute(`display(${thrower}); 1`), await kernel.execute(`(${thrower})`)]
    expect(answers.map(({ reply }) => reply['ename'])).toEqual(['RangeError', 'RangeError'])
  })
})

describe('an error', () => {
  test('is replied and published with its place in the cell, free of the kernel', async () => {
    const answer = await kernel.execute(
      '\nfunction f(x: number) {\n  throw new RangeError(`no ${x}`)\n}\nf(3)',
    )
    const number = String(answer.reply['execution_count'])
    expect(answer.reply).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'no 3' })
    expect(answer.of('error')).toMatchObject([{ ename: 'RangeError', traceback: answer.reply['traceback'] }])
    expect(traceback(answer).split('\n')).toEqual([
      'RangeError: no 3',
      `    at f (cell[${number}]:3:9)`,
      `    at cell[${number}]:5:1`,
      '',
      '   3 |   throw new RangeError(`no ${x}`)',
      '     |         ^',
    ])
  })

  test('in a function of an earlier cell shows that cell', async () => {
    const { reply } = await kernel.execute('const broken = () => {\n  throw new Error("inside")\n}')
    const answer = await kernel.execute('const y = 1\nbroken()')
    expect(traceback(answer)).toContain(`at broken (cell[${String(reply['execution_count'])}]:2:9)`)
    expect(traceback(answer)).toContain('   2 |   throw new Error("inside")')
  })

  test('shows its causes, and what is thrown may be anything', async () => {
    const caused = await kernel.execute('throw new Error("outer", { cause: new Error("inner") })')
    expect(traceback(caused)).toMatch(/Error: outer\n.*\n\nCaused by:\nError: inner\n/)
    expect((await kernel.execute('throw 5')).reply).toMatchObject({ ename: 'Thrown', evalue: '5' })
  })

  test('of a type names line and column', async () => {
    const answer = await kernel.execute('const ok = 1\nconst n: number = "text"')
    expect(answer.reply).toMatchObject({
      ename: 'CompileError',
      evalue: "2:7 - Type 'string' is not assignable to type 'number'.",
    })
    expect(traceback(answer)).toContain('   2 | const n: number = "text"\n     |       ^')
  })

  test('of syntax at the end of a cell stands in the cell', async () => {
    expect((await kernel.execute('const open = (')).reply['evalue']).toBe('1:15 - Expression expected.')
  })

  test('outside of the cell that caused it is shown on stderr', async () => {
    const stray =
      'setTimeout(() => { throw new Error("stray") }, 1)\nawait new Promise(r => setTimeout(r, 30))'
    expect((await kernel.execute(stray)).stream('stderr')).toMatch(/^Error: stray\n.*cell\[\d+\]:1:26/)
  })

  test('leaves what was assigned before it, with its type, and what it did not reach as it was', async () => {
    await result('const old = "before"')
    await kernel.execute('const reached = 1; if (reached) throw new Error("late"); const old = 2, missed = 3')
    expect(await result('reached.toFixed(1) + old.toUpperCase()')).toBe("'1.0BEFORE'")
    expect((await kernel.execute('missed')).reply['evalue']).toContain("Cannot find name 'missed'")
  })

  test('aborts the cells that wait, and none that come later', async () => {
    const first = kernel.execute('await new Promise(r => setTimeout(r, 50)); throw new Error("first")')
    const waiting = [kernel.execute('1'), kernel.execute('2')]
    const info = kernel.request('kernel_info_request')
    expect((await first).reply['status']).toBe('error')
    expect(await result('"later"')).toBe("'later'")
    expect((await Promise.all(waiting)).map(({ reply }) => reply['status'])).toEqual(['aborted', 'aborted'])
    expect((await info).reply['status']).toBe('ok')
  })

  test('aborts cells that arrived while it kept the thread busy', async () => {
    const started = kernel.heard('spinning')
    const spin = 'console.log("spinning"); const end = Date.now() + 300; while (Date.now() < end)'
    const first = kernel.execute(`${spin}; throw new Error("busy")`)
    await started
    const waiting = kernel.execute('1')
    await first
    expect((await waiting).reply['status']).toBe('aborted')
  })

  test('aborts nothing when the client says so', async () => {
    const first = kernel.execute('throw new Error("first")', { stop_on_error: false })
    const next = kernel.execute('1')
    await first
    expect((await next).reply['status']).toBe('ok')
  })
})

describe('variables', () => {
  test('an assignment in a later cell is seen by earlier functions', async () => {
    await result(
      'let learningRate = 0.1\nfunction step() { return learningRate }\nconst twice = () => 2 * step()',
    )
    expect(await result('twice()')).toBe('0.2')
    expect(await result('learningRate = 0.5', 'twice()')).toBe('1')
  })

  test('so is a declaration in a later cell, even of another type', async () => {
    await result('const size = 1\nconst read = () => size')
    expect(await result('const size = "large"', 'read()')).toBe("'large'")
  })

  test('a function of one cell changes what another cell reads', async () => {
    expect(await result('let calls = 0; function call() { calls++ }', 'call(); call()', 'calls')).toBe('2')
  })

  test('a function called from another cell has no this', async () => {
    expect(await result('function self(this: unknown) { return this }', 'self() === undefined')).toBe('true')
  })

  test('a variable without a value starts anew', async () => {
    expect(
      await result(
        'let best: number | undefined; best',
        'best = 1',
        'let best: number | undefined; typeof best',
      ),
    ).toBe("'undefined'")
  })

  test('names of earlier cells in short object literals, and only there', async () => {
    await result('let rate = 1; const row = { rate: 2, loss: 3 }')
    expect(await result('({ rate })')).toBe('{ rate: 1 }')
    expect(await result('const { rate: inner } = row; inner')).toBe('2')
    expect(await result('({ rate } = row); rate')).toBe('2')
    expect(await result('({ rate = 4 } = {} as { rate?: number }); rate')).toBe('4')
    expect(await result('const make = (rate: number) => ({ rate }); make(5)')).toBe('{ rate: 5 }')
  })
})

describe('imports', () => {
  test('TypeScript sources of the workspace, typed, with errors in their own lines', async () => {
    folder.writeSource('one', 'src/index.ts', "export { half, type Options } from './half.ts'\n")
    folder.writeSource(
      'one',
      'src/half.ts',
      'export interface Options {\n  of: number\n}\n\nexport function half({ of }: Options): number {\n' +
        "  if (of < 0) throw new RangeError('negative')\n  return of / 2\n}\n",
    )
    expect(
      await result("import { half, type Options } from 'fixture-one'\nconst o: Options = { of: 3 }\nhalf(o)"),
    ).toBe('1.5')
    expect((await kernel.execute('half({ of: "3" })')).reply['evalue']).toMatch(/^1:8 - Type 'string'/)
    expect(traceback(await kernel.execute('half({ of: -1 })'))).toMatch(
      /at \S*half \(.*half\.ts:6:\d+\)\n.*cell\[\d+\]:1:\d/,
    )
  })

  test('a source by its path, in and beside the folder of the notebook', async () => {
    folder.writeSource('beside', 'src/index.ts', 'export const place = "beside"\n')
    writeFileSync(join(folder.path, 'helper.ts'), "export { place } from '../libs/beside/src/index.ts'\n")
    expect(await result("import { place } from '../libs/beside/src/index.ts'\nplace")).toBe("'beside'")
    expect(await result("import { place as again } from './helper.ts'\nagain.toUpperCase()")).toBe("'BESIDE'")
    expect(await result("import { place as third } from './helper'\nthird")).toBe("'beside'")
  })

  test('sources with errors of their own do not block a cell', async () => {
    writeFileSync(join(folder.path, 'faulty.ts'), 'export const n: number = "text"\n')
    expect(await result("import { n } from './faulty.ts'\nn")).toBe("'text'")
  })

  test('edited sources run anew, with new types, and so do those that import them', async () => {
    folder.writeSource('low', 'src/index.ts', 'export const low = 1\n')
    folder.writeSource(
      'high',
      'src/index.ts',
      "import { low } from 'fixture-low'\nexport const high = () => low * 10\n",
    )
    expect(await result("import { high } from 'fixture-high'\nhigh()")).toBe('10')
    folder.writeSource('low', 'src/index.ts', 'export const low = 2\nexport const added = "new"\n')
    const rerun = await kernel.execute("import { high } from 'fixture-high'\nhigh()")
    expect(rerun.reply).toMatchObject({ status: 'ok' })
    expect(rerun.of('execute_result').map(plainText)).toEqual(['20'])
    expect(rerun.stream('stdout')).toMatch(/^Reloaded .*low\/src\/index\.ts\n$/)
    expect(await result("import { added } from 'fixture-low'\nadded.toUpperCase()")).toBe("'NEW'")
  })

  test('a package is one instance for cells and sources', async () => {
    folder.writeSource(
      'tensors',
      'src/index.ts',
      "import * as tf from '@tensorflow/tfjs'\nexport const Tensor = tf.Tensor\n",
    )
    expect(
      await result(
        "import * as tf from '@tensorflow/tfjs'\nimport { Tensor } from 'fixture-tensors'\nTensor === tf.Tensor",
      ),
    ).toBe('true')
  })

  test('packages that are ES modules only, by import and by await import()', async () => {
    expect(await result("import { Command } from 'commander'\nnew Command('x').name()")).toBe("'x'")
    expect(
      await result(
        "const { xoroshiro128plus } = await import('pure-rand/generator/xoroshiro128plus')\ntypeof xoroshiro128plus",
      ),
    ).toBe("'function'")
  })

  test('packages that only import() opens', async () => {
    folder.writeSource('esm', 'index.mjs', 'export const late = await Promise.resolve("awaited")\n')
    folder.writeSource('esm', 'index.d.mts', 'export declare const late: string\n')
    const exports = { '.': { types: './index.d.mts', import: './index.mjs' } }
    folder.writeSource(
      'esm',
      'package.json',
      JSON.stringify({ name: 'fixture-esm', type: 'module', exports }),
    )
    expect(await result("import { late } from 'fixture-esm'\nlate.toUpperCase()")).toBe("'AWAITED'")
    expect(await result("(await import('fixture-esm')).late")).toBe("'awaited'")
  })

  test('values whose type has no name outside its package', async () => {
    folder.writeSource(
      'hidden',
      'src/index.ts',
      'interface Hidden {\n  value: number\n}\nexport const make = (): Hidden => ({ value: 1 })\n',
    )
    expect(await result("import { make } from 'fixture-hidden'\nconst made = make()", 'made.value + 1')).toBe(
      '2',
    )
    expect(
      await result(
        'const Anonymous = class {\n  private p = 3\n  read() { return this.p }\n}',
        'new Anonymous().read()',
      ),
    ).toBe('3')
  })

  test('after the compiler itself has failed once', async () => {
    folder.writeSource('late', 'src/index.ts', 'export const late = 1\n')
    const compiler = JSON.stringify(createRequire(import.meta.url).resolve('@tslab/typescript-for-tslab'))
    await result(
      `const { sys } = require(${compiler}); const readFile = sys.readFile`,
      'sys.readFile = () => { sys.readFile = readFile; throw new Error("no such file") }',
    )
    expect(await result("import { late } from 'fixture-late'\nlate")).toBe('1')
    expect(await result('late + 1')).toBe('2')
  })

  test('a source that was missing when a cell first asked for it', async () => {
    const code = "import { young } from './young.ts'\nyoung"
    expect((await kernel.execute(code)).reply['ename']).toBe('CompileError')
    writeFileSync(join(folder.path, 'young.ts'), 'export const young = 1\n')
    expect(await result(code)).toBe('1')
  })

  test('what is not there', async () => {
    expect((await kernel.execute("import { x } from './missing.ts'")).reply['evalue']).toMatch(
      /^1:19 - Cannot find module '\.\/missing\.ts'/,
    )
  })
})

describe('an interrupt', () => {
  beforeAll(async () => {
    await result(
      'let turns = 0\nconst kept = 42\nconst sleep = (ms: number) => new Promise(r => setTimeout(r, ms))',
      'const looping = () => console.log("looping")',
    )
  })

  const loops = [
    'looping(); for (;;) turns++',
    'await sleep(1); looping(); for (;;) turns++',
    'await new Promise(() => setTimeout(() => { looping(); for (;;) turns++ }, 1))',
    'looping(); while (true) await null',
    'looping(); await new Promise(() => undefined)',
    'looping(); try { for (;;); } finally { for (;;); }',
    "({ [Symbol.for('Jupyter.display')]: () => { looping(); for (;;); } })",
  ]
  test.each(loops)('stops %s; the heart beats on and the variables stay', async code => {
    const started = kernel.heard('looping')
    const cell = kernel.execute(code)
    const waiting = kernel.execute('1')
    await started
    expect(await kernel.beat()).toBe('beat')
    expect((await kernel.request('interrupt_request', {}, 'control')).reply['status']).toBe('ok')
    expect((await cell).reply).toMatchObject({ status: 'error', ename: 'Interrupted' })
    expect((await waiting).reply['status']).toBe('aborted')
    expect(await result('kept')).toBe('42')
  })

  test('stops a loop that an interrupted cell enters later', async () => {
    const [slept, started] = [kernel.heard('sleeping'), kernel.heard('looping')]
    const cell = kernel.execute('console.log("sleeping"); await sleep(200); looping(); for (;;);')
    await slept
    await kernel.request('interrupt_request', {}, 'control')
    expect((await cell).reply['ename']).toBe('Interrupted')
    await started
    await kernel.request('interrupt_request', {}, 'control')
    // The first may be taken for what was to be stopped.
    await kernel.execute('1')
    expect(await result('kept')).toBe('42')
  })

  test('of an idle kernel does nothing', async () => {
    await kernel.request('interrupt_request', {}, 'control')
    expect(await result('kept')).toBe('42')
  })
})

describe('the protocol', () => {
  test('kernel_info', async () => {
    const { reply } = await kernel.request('kernel_info_request')
    expect(reply).toMatchObject({
      status: 'ok',
      language_info: { name: 'typescript', file_extension: '.ts' },
    })
  })

  test('is_complete', async () => {
    const status = async (code: string) =>
      (await kernel.request('is_complete_request', { code })).reply['status']
    expect(await Promise.all(['1 + 1', 'function f() {', 'const = 1'].map(status))).toEqual([
      'complete',
      'incomplete',
      'invalid',
    ])
  })

  test('completion and inspection know earlier cells, and count characters as Jupyter does', async () => {
    await result('/** How fast. */\nconst learningSpeed = 0.1')
    const code = '"🙂"; learningSp'
    const { reply } = await kernel.request('complete_request', { code, cursor_pos: 15 })
    expect(reply).toMatchObject({ matches: ['learningSpeed'], cursor_start: 5, cursor_end: 15 })
    const inspected = await kernel.request('inspect_request', {
      code: 'learningSpeed',
      cursor_pos: 3,
      detail_level: 0,
    })
    expect(inspected.reply).toMatchObject({
      found: true,
      data: { 'text/plain': expect.stringContaining('0.1') as string },
    })
  })
})

test('shuts down when asked, also from the middle of a loop', async () => {
  const other = await startKernel(folder.path)
  void other.execute('for (;;);')
  await new Promise(resolve => setTimeout(resolve, 100))
  await other.close()
  expect(other.process.killed).toBe(false)
})

test('ends when the process that started it was killed', async () => {
  const other = await startKernel(folder.path, [
    'sh',
    '-c',
    '"$@" & wait',
    'sh',
    ...kernelSpec({ node: process.execPath }).argv,
  ])
  const answer = await other.execute('process.pid')
  const pid = Number(plainText(answer.of('execute_result')[0]))
  expect(isAlive(pid)).toBe(true)
  other.process.kill('SIGKILL')
  while (isAlive(pid)) await new Promise(resolve => setTimeout(resolve, 50))
  await other.close()
})

test('ends when a port of the connection file is taken', async () => {
  const info = kernel.connectionFile
  const [command = '', ...args] = kernelSpec({ node: process.execPath }).argv
  const second = spawn(
    command,
    args.map(arg => arg.replace('{connection_file}', info)),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const said: string[] = []
  second.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  await once(second, 'close')
  expect(said.join('')).toMatch(/^flatland kernel: .*Address already in use/)
})

test('drops what is not signed, not complete or not JSON, and lives', async () => {
  const other = await startKernel(folder.path)
  const dropped = ['junk', '<IDS|MSG>', '"']
  for (const text of dropped) await other.sendRaw([text, '<IDS|MSG>', 'signature', '{}', '{}', '{}', text])
  await other.sendRaw(['<IDS|MSG>'])
  expect((await other.execute('1')).reply['status']).toBe('ok')
  await expect(other.close()).rejects.toThrow(/(.*dropped on shell: .*\n){4}/)
})

test('process.exit in a cell ends the kernel', async () => {
  const other = await startKernel(folder.path)
  const gone = once(other.process, 'exit')
  void other.execute('process.exit(0)')
  await gone
  await other.close()
})
