import { describe, expect, test } from 'vitest'
import { openNotebook, traceback } from './open-notebook.ts'

const { kernel, result } = openNotebook()

describe('a cell', () => {
  test('answers with its last expression, its number and its code', async () => {
    const answer = await kernel().execute('const a: number = 1\na + 1')
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
      const { reply, outputs } = await kernel().execute(code)
      expect(reply['status']).toBe('ok')
      expect(outputs.map(({ type }) => type)).toEqual(['execute_input'])
    },
  )

  test('writes to the standard streams', async () => {
    const answer = await kernel().execute(
      'console.log("to out"); console.error("to err"); process.stdout.write("raw")',
    )
    expect(answer.stream('stdout')).toBe('to out\nraw')
    expect(answer.stream('stderr')).toBe('to err\n')
  })

  test('that is silent publishes nothing and counts nothing', async () => {
    const { reply } = await kernel().execute('0')
    const silent = await kernel().execute('1', { silent: true })
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

describe('an error', () => {
  test('is replied and published with its place in the cell, free of the kernel', async () => {
    const answer = await kernel().execute(
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
    const { reply } = await kernel().execute('const broken = () => {\n  throw new Error("inside")\n}')
    const answer = await kernel().execute('const y = 1\nbroken()')
    expect(traceback(answer)).toContain(`at broken (cell[${String(reply['execution_count'])}]:2:9)`)
    expect(traceback(answer)).toContain('   2 |   throw new Error("inside")')
  })

  test('shows that cell also after something ran that is none of the notebook', async () => {
    const { reply } = await kernel().execute('\n\nconst failing = () => {\n  throw new Error("inside")\n}')
    await kernel().execute('const unseen = 1; void unseen', { silent: true, store_history: false })
    const trace = traceback(await kernel().execute('failing()'))
    expect(trace).toContain(`at failing (cell[${String(reply['execution_count'])}]:4:9)`)
    expect(trace).toContain('   4 |   throw new Error("inside")')
  })

  test('shows its causes, and what is thrown may be anything', async () => {
    const caused = await kernel().execute('throw new Error("outer", { cause: new Error("inner") })')
    expect(traceback(caused)).toMatch(/Error: outer\n.*\n\nCaused by:\nError: inner\n/)
    expect((await kernel().execute('throw 5')).reply).toMatchObject({ ename: 'Thrown', evalue: '5' })
  })

  test('of a type names line and column', async () => {
    const answer = await kernel().execute('const ok = 1\nconst n: number = "text"')
    expect(answer.reply).toMatchObject({
      ename: 'CompileError',
      evalue: `cell[${String(answer.reply['execution_count'])}]:2:7 - Type 'string' is not assignable to type 'number'.`,
    })
    expect(traceback(answer)).toContain('   2 | const n: number = "text"\n     |       ^')
  })

  test('of syntax at the end of a cell stands in the cell', async () => {
    expect((await kernel().execute('const open = (')).reply['evalue']).toMatch(
      /^cell\[\d+\]:1:15 - Expression expected\.$/,
    )
  })

  test('outside of the cell that caused it is shown on stderr', async () => {
    const stray =
      'setTimeout(() => { throw new Error("stray") }, 1)\nawait new Promise(r => setTimeout(r, 30))'
    expect((await kernel().execute(stray)).stream('stderr')).toMatch(/^Error: stray\n.*cell\[\d+\]:1:26/)
  })

  test('leaves what was assigned before it, with its type, and what it did not reach as it was', async () => {
    await result('const old = "before"')
    await kernel().execute(
      'const reached = 1; if (reached) throw new Error("late"); const old = 2, missed = 3',
    )
    expect(await result('reached.toFixed(1) + old.toUpperCase()')).toBe("'1.0BEFORE'")
    expect((await kernel().execute('missed')).reply['evalue']).toContain("Cannot find name 'missed'")
  })

  test('aborts the cells that wait, and none that come later', async () => {
    const first = kernel().execute('await new Promise(r => setTimeout(r, 50)); throw new Error("first")')
    const waiting = [kernel().execute('1'), kernel().execute('2')]
    const info = kernel().request('kernel_info_request')
    expect((await first).reply['status']).toBe('error')
    expect(await result('"later"')).toBe("'later'")
    expect((await Promise.all(waiting)).map(({ reply }) => reply['status'])).toEqual(['aborted', 'aborted'])
    expect((await info).reply['status']).toBe('ok')
  })

  test('aborts cells that arrived while it kept the thread busy', async () => {
    const started = kernel().heard('spinning')
    const spin = 'console.log("spinning"); const end = Date.now() + 300; while (Date.now() < end)'
    const first = kernel().execute(`${spin}; throw new Error("busy")`)
    await started
    const waiting = kernel().execute('1')
    await first
    expect((await waiting).reply['status']).toBe('aborted')
  })

  test('aborts nothing when the client says so', async () => {
    const first = kernel().execute('throw new Error("first")', { stop_on_error: false })
    const next = kernel().execute('1')
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
