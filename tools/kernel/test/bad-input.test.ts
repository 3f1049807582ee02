import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Dealer, Subscriber } from 'zeromq'
import { readConnectionFile, type ConnectionInfo } from '../src/connection-file.ts'
import { startKernel, type KernelClient } from './kernel-client.ts'
import { notebookFolder } from './notebook-folder.ts'
import { resultText } from './result-text.ts'

/** Whatever comes over its sockets, the kernel logs, answers or drops it, and lives. */

const folder = notebookFolder()
const marker = join(folder.path, 'executed')
const runs = { numRuns: 200, seed: 20_240_607 }
let kernel: KernelClient
let starts = 0
let info: ConnectionInfo
let peers: Record<Requests, Dealer>

type Requests = 'shell' | 'control' | 'stdin'
const requests: Requests[] = ['shell', 'control', 'stdin']
const ports = ['shell_port', 'control_port', 'stdin_port', 'iopub_port', 'hb_port'] as const

beforeAll(start)
// One that a test has killed shall not fail the next.
beforeEach(() => (kernel.process.exitCode ?? kernel.process.signalCode) === null || start())

async function start(): Promise<void> {
  starts++
  kernel = await startKernel(folder.path)
  info = readConnectionFile(kernel.connectionFile)
  peers = {
    shell: dealer(info.shell_port),
    control: dealer(info.control_port),
    stdin: dealer(info.stdin_port),
  }
}
afterEach(async () => {
  expect(await kernel.beat()).toBe('beat')
  // What was sent may still wait, and a cell in it that fails aborts those behind it.
  await kernel.request('kernel_info_request')
  expect(resultText(await kernel.execute('1 + 1'))).toBe('2')
}, 20_000)
afterAll(async () => {
  expect(starts).toBe(1)
  for (const peer of Object.values(peers)) peer.close()
  await expect(kernel.close()).rejects.toThrow(/flatland kernel: dropped on shell/)
  folder.remove()
})

function dealer(port: number): Dealer {
  // What is still to be sent when a test ends is not waited for.
  const socket = new Dealer({ linger: 0 })
  socket.connect(`tcp://${info.ip}:${port}`)
  return socket
}

const header = (type: string, more: object = {}) =>
  JSON.stringify({
    msg_id: `id-${Math.random()}`,
    msg_type: type,
    session: 's',
    username: 'u',
    version: '5.3',
    ...more,
  })

/** A message as it should be, apart from what its parts say. */
function signed(parts: (string | Uint8Array)[]): Buffer[] {
  const hmac = createHmac('sha256', info.key)
  for (const part of parts) hmac.update(part)
  return ['<IDS|MSG>', hmac.digest('hex'), ...parts].map(part => Buffer.from(part))
}

const writesMarker = JSON.stringify({
  code: `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`,
  silent: false,
})
const wouldExecute = () => signed([header('execute_request'), '{}', '{}', writesMarker])

/** Resolves when the kernel has taken all that `peer` has sent: it answers what comes last. */
async function taken(channel: Requests): Promise<void> {
  // Nothing is answered on stdin.
  if (channel === 'stdin') return
  const last = header('kernel_info_request')
  await peers[channel].send(signed([last, '{}', '{}', '{}']))
  for await (const frames of peers[channel]) if (frames.some(frame => frame.toString() === last)) return
}

describe('a message that is not signed is not executed', () => {
  test('without a key, with a wrong one, with a signature of something else', async () => {
    const [delimiter = '', signature = '', ...parts] = wouldExecute()
    const other = createHmac('sha256', 'another key')
    for (const part of parts) other.update(part)
    const signatures = [
      '',
      'x',
      other.digest('hex'),
      signature.toString().toUpperCase(),
      'é'.repeat(64),
      '0'.repeat(64),
    ]
    for (const channel of requests) {
      for (const wrong of signatures) await peers[channel].send([delimiter, wrong, ...parts])
      await peers[channel].send(parts)
      await taken(channel)
    }
    expect(existsSync(marker)).toBe(false)
  })

  test('with one byte changed anywhere', async () => {
    const change = fc.record({ frame: fc.nat(5), at: fc.nat(2000), by: fc.integer({ min: 1, max: 255 }) })
    await fc.assert(
      fc.asyncProperty(change, async ({ frame, at, by }) => {
        const frames = wouldExecute()
        const changed = frames[frame] ?? Buffer.of()
        const place = at % changed.length
        changed[place] = (changed[place] ?? 0) ^ by
        await peers.shell.send(frames)
      }),
      runs,
    )
    await taken('shell')
    expect(existsSync(marker)).toBe(false)
  })

  test('nor obeyed: no shutdown, no interrupt', async () => {
    const cell = kernel.execute('await new Promise(r => setTimeout(r, 300)); "ran on"')
    for (const type of ['interrupt_request', 'shutdown_request']) {
      for (const channel of requests) {
        await peers[channel].send(['<IDS|MSG>', 'unsigned', header(type), '{}', '{}', '{"restart":false}'])
      }
    }
    expect(resultText(await cell)).toBe("'ran on'")
  })

  test('while the same with a signature is', async () => {
    await peers.shell.send(wouldExecute())
    await taken('shell')
    expect(existsSync(marker)).toBe(true)
  })
})

describe('lives on', () => {
  test.each(requests)('any frames on %s', async channel => {
    const frame = fc.oneof(
      fc.uint8Array(),
      fc.constant(Buffer.from('<IDS|MSG>')),
      fc.json().map(text => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 9 }), frames =>
        peers[channel].send(frames),
      ),
      runs,
    )
    await taken(channel)
  })

  test.each(['shell', 'control'] as const)('any signed parts on %s', async channel => {
    const part = fc.oneof(
      fc.uint8Array(),
      fc.json(),
      fc.json().map(text => text.slice(0, -1)),
      fc.constantFrom('', '{', 'null', '[]', '5', '"text"', '{"msg_id":5,"msg_type":[]}', '\uFEFF{}'),
    )
    const first = fc.oneof(
      part,
      fc.constantFrom(...types).map(type => header(type)),
    )
    await fc.assert(
      fc.asyncProperty(fc.tuple(first, part, part, part), parts => peers[channel].send(signed(parts))),
      runs,
    )
    await taken(channel)
  })

  test.each(requests)('parts that are nested deeply, on %s', async channel => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    for (const type of ['kernel_info_request', 'interrupt_request', 'execute_request']) {
      const nested = header(type).replace('{', `{"deep":${deep},`)
      await peers[channel].send(signed([nested, '{}', '{}', '{}']))
      await peers[channel].send(signed([header(type), deep, deep, `{"code":${deep}}`]))
    }
    await taken(channel)
  })

  test.each(requests)('frames of 50 MB on %s', async channel => {
    const long = Buffer.alloc(50_000_000, 'x')
    await peers[channel].send([long])
    await peers[channel].send(['<IDS|MSG>', 'unsigned', header('execute_request'), '{}', '{}', long])
    await peers[channel].send(signed([header('execute_request'), '{}', '{}', long]))
    await taken(channel)
  })

  test('contents of wrong types, each answered once', async () => {
    const wrong = [5, null, [], {}, '', true, { code: 5 }, ['x']]
    for (const value of wrong) {
      const contents = [
        {},
        { code: value },
        { code: '1', silent: value, user_expressions: value, cursor_pos: value },
      ]
      for (const content of contents) {
        for (const type of types) expect((await kernel.request(type, content)).reply).toHaveProperty('status')
      }
    }
  })

  test.each([5, null, undefined, ['1'], { a: 1 }])('no cell: its code is %j', async code => {
    const { reply } = await kernel.request('execute_request', { code, silent: false })
    expect(reply).toMatchObject({ status: 'error', evalue: expect.stringContaining('code') as string })
  })

  test('unknown types', async () => {
    for (const type of [
      'nonsense_request',
      '',
      '__proto__',
      'constructor',
      'execute_reply',
      'x'.repeat(1e6),
    ]) {
      for (const channel of requests) await peers[channel].send(signed([header(type), '{}', '{}', '{}']))
    }
    for (const channel of requests) await taken(channel)
  })

  test('bytes that are not of ZeroMQ, on every port', async () => {
    const greeting = Buffer.from('ff00000000000000017f', 'hex')
    const junk = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(100_000, 0xff),
      Buffer.alloc(64),
      greeting,
    ]
    const anything = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), {
      numRuns: 30,
      seed: runs.seed,
    })
    for (const port of ports) for (const bytes of [...junk, ...anything]) await sendBytes(info[port], bytes)
  })

  test('300 connections to a port, opened and dropped', async () => {
    for (const port of ports) {
      const open = await Promise.all(Array.from({ length: 300 }, () => connected(info[port])))
      for (const socket of open) socket.destroy()
    }
  })

  test('peers that vanish in the middle of a request', async () => {
    for (let i = 0; i < 50; i++) {
      for (const port of [info.shell_port, info.control_port, info.hb_port]) {
        const peer = dealer(port)
        await peer.send(['', ...signed([header('kernel_info_request'), '{}', '{}', '{}'])])
        peer.close()
      }
    }
  })

  test('junk for the heart, and subscriptions to anything', async () => {
    const heart = dealer(info.hb_port)
    const subscriber = new Subscriber({ linger: 0 })
    subscriber.connect(`tcp://${info.ip}:${info.iopub_port}`)
    const junk = fc.sample(fc.array(fc.uint8Array(), { minLength: 1, maxLength: 4 }), {
      numRuns: 100,
      seed: runs.seed,
    })
    for (const frames of [...junk, [Buffer.alloc(5_000_000)]]) {
      await heart.send(frames)
      await heart.send(['', ...frames])
      const topic = frames[0] ?? Buffer.of()
      subscriber.subscribe(Buffer.from(topic))
      if (topic.length % 2 === 0) subscriber.unsubscribe(Buffer.from(topic))
    }
    heart.close()
    subscriber.close()
  })

  test('a log that nobody reads', async () => {
    const { stderr } = kernel.process
    stderr?.pause()
    for (let i = 0; i < 5000; i++) await peers.shell.send(['<IDS|MSG>', `junk ${i}`, '{}', '{}', '{}', '{}'])
    await taken('shell')
    expect(await kernel.beat()).toBe('beat')
    // What was sent may still wait, and a cell in it that fails aborts those behind it.
    await kernel.request('kernel_info_request')
    stderr?.resume()
  })
})

test.runIf(existsSync('/proc/net/tcp'))('listens where the connection file says, and nowhere else', () => {
  const local = ports.map(port => `0100007F:${info[port].toString(16).toUpperCase().padStart(4, '0')}`)
  expect(listening(kernel.process.pid ?? 0).sort()).toEqual(local.sort())
})

const types = [
  'execute_request',
  'complete_request',
  'inspect_request',
  'is_complete_request',
  'kernel_info_request',
  'history_request',
  'comm_info_request',
]

async function connected(port: number) {
  const socket = connect(port, info.ip)
  // The kernel may close what is not ZeroMQ at any moment.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function sendBytes(port: number, bytes: Uint8Array): Promise<void> {
  const socket = await connected(port)
  await new Promise(resolve =>
    socket.end(bytes, () => {
      resolve(undefined)
    }),
  )
  socket.destroy()
}

/** Addresses and ports of a process's listening sockets, as the system writes them. */
function listening(pid: number): string[] {
  const files = readdirSync(`/proc/${pid}/fd`).map(name => readlinkSync(`/proc/${pid}/fd/${name}`))
  const rows = ['tcp', 'tcp6'].flatMap(name => readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1))
  return rows.flatMap(row => {
    const [, address = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/)
    return state === '0A' && files.includes(`socket:[${inode}]`) ? [address] : []
  })
}
