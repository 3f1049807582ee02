import { describe, expect, test } from 'vitest'
import { content, openRawClient, published, states } from './open-raw-client.ts'

/** What the messaging protocol says of cells and their history, and jupyter_kernel_test leaves open. */

const { client, execute } = openRawClient()

describe('execute_request', () => {
  test('user_expressions are evaluated after the cell, each with its own success or error', async () => {
    const reply = content(
      await execute('const loss = 0.25', {
        user_expressions: {
          loss: 'loss * 2',
          awaited: 'await Promise.resolve("x")',
          wrong: 'noSuchName',
          thrown: '(() => { throw new RangeError("far") })()',
        },
      }),
    )
    expect(reply?.['user_expressions']).toMatchObject({
      loss: { status: 'ok', data: { 'text/plain': '0.5' }, metadata: {} },
      awaited: { status: 'ok', data: { 'text/plain': "'x'" }, metadata: {} },
      wrong: { status: 'error', ename: 'CompileError' },
      thrown: { status: 'error', ename: 'RangeError', evalue: 'far' },
    })
  })

  test('user_expressions publish nothing and count nothing', async () => {
    const before = await count()
    const exchange = await execute('', { user_expressions: { a: '1' } })
    expect(published(exchange)).toEqual(['status', 'execute_input', 'status'])
    expect(await count()).toBe(before + 2)
  })

  test('silent: nothing published, nothing counted, nothing kept in the history, the variables stay', async () => {
    const before = await count()
    const exchange = await execute('var quiet = 7; quiet', { silent: true, store_history: true })
    expect(published(exchange)).toEqual(['status', 'status'])
    expect(content(exchange)).toMatchObject({ status: 'ok', execution_count: before })
    const shown = await execute('quiet')
    expect(content(shown)?.['execution_count']).toBe(before + 1)
    expect(shown.published.find(({ header }) => header.msg_type === 'execute_result')?.content).toMatchObject(
      {
        data: { 'text/plain': '7' },
      },
    )
    expect(await history()).not.toContain('var quiet = 7; quiet')
  })

  test('silent: an error is in the reply alone', async () => {
    const exchange = await execute('throw new RangeError("quiet")', { silent: true })
    expect(published(exchange)).toEqual(['status', 'status'])
    expect(content(exchange)).toMatchObject({ status: 'error', ename: 'RangeError', evalue: 'quiet' })
  })

  test('store_history false: the outputs come, the counter and the history stay', async () => {
    const before = await count()
    const exchange = await execute('"not stored"', { store_history: false })
    expect(published(exchange)).toContain('execute_result')
    expect(await count()).toBe(before + 1)
    expect(await history()).not.toContain('"not stored"')
    expect(await history()).toContain('0')
  })

  test('the reply tells the count, and the result has the same', async () => {
    const exchange = await execute('1')
    const counts = exchange.published.map(({ content }) => content['execution_count']).filter(Number)
    expect(counts).toEqual(Array(2).fill(content(exchange)?.['execution_count']))
    expect(content(exchange)).toMatchObject({ status: 'ok', payload: [], user_expressions: {} })
  })

  test('an error reply has ename, evalue, traceback and the count', async () => {
    expect(content(await execute('throw new TypeError("t")'))).toMatchObject({
      status: 'error',
      ename: 'TypeError',
      evalue: 't',
      traceback: expect.any(Array) as string[],
      execution_count: expect.any(Number) as number,
    })
  })

  test('never asks for input, allowed or not', async () => {
    for (const allow_stdin of [false, true]) await execute('1', { allow_stdin })
    expect(client().asked).toEqual([])
  })

  test('without code is an empty cell', async () => {
    const exchange = await client().ask('execute_request', {})
    expect(states(exchange)).toEqual(['busy', 'idle'])
    expect(exchange.replies).toHaveLength(1)
  })
})

describe('history_request', () => {
  test('gives pairs of input and output if asked for', async () => {
    await execute('6 * 7')
    const reply = await client().ask('history_request', {
      hist_access_type: 'tail',
      n: 1,
      output: true,
      raw: true,
    })
    const [entry] = content(reply)?.['history'] as [number, number, [string, string | null]][]
    expect(entry?.[2]).toEqual(['6 * 7', '42'])
  })

  test('ranges end before stop, and session 0 is the present one', async () => {
    const first = await count()
    await execute('"second"')
    const range = { hist_access_type: 'range', output: false, raw: true, start: first, stop: first + 1 }
    const reply = await client().ask('history_request', { ...range, session: 0 })
    expect((content(reply)?.['history'] as unknown[][]).map(entry => entry.slice(1))).toEqual([[first, '0']])
  })

  test('search takes * and ?', async () => {
    await execute('"needle 1"')
    const find = async (pattern: string) => {
      const reply = await client().ask('history_request', {
        hist_access_type: 'search',
        output: false,
        raw: true,
        pattern,
        unique: true,
      })
      return (content(reply)?.['history'] as [number, number, string][]).map(([, , code]) => code)
    }
    expect(await find('*needle*')).toEqual(['"needle 1"'])
    expect(await find('"needle ?"')).toEqual(['"needle 1"'])
    expect(await find('needle')).toEqual([])
  })
})

async function count(): Promise<number> {
  return Number(content(await execute('0'))?.['execution_count'])
}

async function history(): Promise<string[]> {
  const reply = await client().ask('history_request', {
    hist_access_type: 'tail',
    n: 10,
    output: false,
    raw: true,
  })
  return (content(reply)?.['history'] as [number, number, string][]).map(([, , code]) => code)
}
