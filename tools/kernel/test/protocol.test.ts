import { describe, expect, test } from 'vitest'
import { startKernel } from './kernel-client.ts'
import { content, openRawClient, published, states } from './open-raw-client.ts'
import { rawClient } from './raw-client.ts'

/** What the messaging protocol says and jupyter_kernel_test leaves open; of cells, see execution.test.ts. */

const { client, execute, folder } = openRawClient()

describe('every request', () => {
  const requests: [type: string, content: Record<string, unknown>][] = [
    ['kernel_info_request', {}],
    ['execute_request', { code: '1' }],
    ['execute_request', { code: 'throw 1' }],
    ['execute_request', { code: '1', silent: true }],
    ['complete_request', { code: 'cons', cursor_pos: 4 }],
    ['inspect_request', { code: 'Math', cursor_pos: 4, detail_level: 0 }],
    ['is_complete_request', { code: '1' }],
    ['history_request', { hist_access_type: 'tail', n: 1, output: false, raw: true }],
    ['comm_info_request', {}],
    ['connect_request', {}],
  ]

  test.each(requests)(
    '%s %j: busy, the reply of its type, idle, all with the request as parent',
    async (type, sent) => {
      const exchange = await client().ask(type, sent)
      expect(published(exchange)[0]).toBe('status')
      expect(published(exchange).at(-1)).toBe('status')
      expect(states(exchange)).toEqual(['busy', 'idle'])
      expect(exchange.replies.map(({ header }) => header.msg_type)).toEqual([
        type.replace('request', 'reply'),
      ])
      for (const { parent, header } of [...exchange.published, ...exchange.replies]) {
        expect(parent).toEqual(exchange.sent)
        expect(header).toMatchObject({
          version: expect.stringMatching(/^5\./) as string,
          session: expect.any(String) as string,
        })
        expect(Number.isNaN(Date.parse(header.date))).toBe(false)
      }
      const ids = [...exchange.published, ...exchange.replies].map(({ header }) => header.msg_id)
      expect(new Set(ids).size).toBe(ids.length)
    },
  )

  test.each(requests.filter(([type]) => type !== 'execute_request'))(
    '%s without its content is answered, and the kernel lives',
    async type => {
      const exchange = await client().ask(type, {})
      expect(states(exchange)).toEqual(['busy', 'idle'])
      expect(exchange.replies).toHaveLength(1)
      expect(content(await execute('1'))?.['status']).toBe('ok')
    },
  )

  test('of a type no kernel knows: busy and idle, no reply, and the kernel lives', async () => {
    for (const type of [
      'unheard_of_request',
      'usage_request',
      'debug_request',
      'create_subshell_request',
      'x',
    ]) {
      for (const on of ['shell', 'control'] as const) {
        const exchange = await client().ask(type, { command: 'x' }, { on, replied: false })
        expect([type, on, published(exchange)]).toEqual([type, on, ['status', 'status']])
        expect(exchange.replies).toEqual([])
      }
    }
    expect(content(await execute('1'))?.['status']).toBe('ok')
  })
})

describe('kernel_info', () => {
  test('tells what the protocol asks for', async () => {
    const info = content(await client().ask('kernel_info_request'))
    expect(info).toMatchObject({
      status: 'ok',
      protocol_version: expect.stringMatching(/^5\.\d+$/) as string,
      implementation: 'flatland',
      implementation_version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      language_info: {
        name: 'typescript',
        version: expect.stringMatching(/^\d+\.\d+/) as string,
        mimetype: 'text/typescript',
        file_extension: '.ts',
      },
      help_links: expect.any(Array) as unknown[],
      // No debugger, no subshells.
      supported_features: [],
    })
    expect(info?.['banner']).toContain('TypeScript')
  })

  test('is answered on the control channel too', async () => {
    const exchange = await client().ask('kernel_info_request', {}, { on: 'control' })
    expect(exchange.replies.map(({ channel }) => channel)).toEqual(['control'])
  })
})

describe('comms', () => {
  test('one opened to a target nobody has is closed', async () => {
    const exchange = await client().ask(
      'comm_open',
      { comm_id: 'a-comm', target_name: 'nobody', data: {} },
      { replied: false },
    )
    expect(published(exchange)).toEqual(['status', 'comm_close', 'status'])
    expect(exchange.published[1]?.content).toEqual({ comm_id: 'a-comm', data: {} })
  })

  test.each(['comm_msg', 'comm_close'])('%s to one that is not there is ignored', async type => {
    const exchange = await client().ask(type, { comm_id: 'no-comm', data: {} }, { replied: false })
    expect(published(exchange)).toEqual(['status', 'status'])
    expect(exchange.replies).toEqual([])
  })

  test('there are none to list', async () => {
    expect(content(await client().ask('comm_info_request', { target_name: 'any' }))).toEqual({
      status: 'ok',
      comms: {},
    })
  })
})

describe('the editor', () => {
  test('inspecting nothing is found: false', async () => {
    const reply = await client().ask('inspect_request', { code: '   ', cursor_pos: 1, detail_level: 1 })
    expect(content(reply)).toEqual({ status: 'ok', found: false, data: {}, metadata: {} })
  })

  test('a cursor behind the end is at the end', async () => {
    expect(content(await client().ask('complete_request', { code: 'consol', cursor_pos: 99 }))).toMatchObject(
      {
        status: 'ok',
        matches: ['console'],
        cursor_start: 0,
        cursor_end: 6,
      },
    )
  })

  test('what goes on knows its indent', async () => {
    expect(content(await client().ask('is_complete_request', { code: 'for (;;) {' }))).toEqual({
      status: 'incomplete',
      indent: '  ',
    })
  })
})

describe('connect_request', () => {
  test('gives the ports', async () => {
    expect(content(await client().ask('connect_request'))).toMatchObject({
      status: 'ok',
      shell_port: expect.any(Number) as number,
      iopub_port: expect.any(Number) as number,
      stdin_port: expect.any(Number) as number,
      hb_port: expect.any(Number) as number,
      control_port: expect.any(Number) as number,
    })
  })
})

describe('control', () => {
  test('interrupt_request: busy, interrupt_reply, idle', async () => {
    const exchange = await client().ask('interrupt_request', {}, { on: 'control' })
    expect(states(exchange)).toEqual(['busy', 'idle'])
    expect(exchange.replies.map(({ header, content }) => [header.msg_type, content['status']])).toEqual([
      ['interrupt_reply', 'ok'],
    ])
  })

  test.each([true, false])('shutdown_request: the reply says whether it restarts (%s)', async restart => {
    const other = await startKernel(folder.path)
    const second = await rawClient(other.connectionFile)
    const exchange = await second.ask('shutdown_request', { restart }, { on: 'control' })
    second.close()
    expect(exchange.replies.map(({ header, content }) => [header.msg_type, content])).toEqual([
      ['shutdown_reply', { status: 'ok', restart }],
    ])
    await other.close()
  })
})
