import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dealer, Request, Subscriber } from 'zeromq'
import { kernelSpec } from '../src/kernelspec.ts'
import { decode, encode, type Content, type Message } from '../src/wire.ts'

/** One published message of a cell. */
interface Output {
  type: string
  content: Content
}

/** What came of a request: its reply, and all that was published until the kernel was idle again. */
export interface Answer {
  reply: Content
  /** Grows when the cell publishes something after its end. */
  outputs: Output[]
  /** The contents of the outputs of one type. */
  of(type: string): Content[]
  /** All that went to a standard stream. */
  stream(name: 'stdout' | 'stderr'): string
}

export interface KernelClient {
  execute(code: string, options?: Content): Promise<Answer>
  request(type: string, content?: Content, channel?: 'shell' | 'control'): Promise<Answer>
  /** Resolves as soon as a cell has written the line `text`. */
  heard(text: string): Promise<void>
  /** Sends frames as they are. */
  sendRaw(frames: string[]): Promise<void>
  /** One beat of the heart; gives what came back. */
  beat(): Promise<string>
  process: ChildProcess
  connectionFile: string
  /** Shuts the kernel down and waits for its end. */
  close(): Promise<void>
}

/** Starts a kernel as Jupyter would, in the folder of the notebook: this project's, or the one of another `argv`. */
export async function startKernel(
  directory: string,
  argv = kernelSpec({ node: process.execPath }).argv,
): Promise<KernelClient> {
  const home = mkdtempSync(join(tmpdir(), 'kernel-'))
  const key = randomUUID()
  const [shell_port, iopub_port, control_port, stdin_port, hb_port] = await freePorts(5)
  const file = join(home, 'connection.json')
  const ports = { shell_port, iopub_port, control_port, stdin_port, hb_port }
  writeFileSync(file, JSON.stringify({ transport: 'tcp', ip: '127.0.0.1', key, ...ports }))

  const [command = '', ...args] = argv
  const kernel = spawn(
    command,
    args.map(arg => arg.replace('{connection_file}', file)),
    {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Texts are compared, whatever started the tests wants coloured.
      env: { ...process.env, FORCE_COLOR: '0', JPY_PARENT_PID: String(process.pid) },
    },
  )
  const log: string[] = []
  kernel.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()))

  const address = (port: number | undefined) => `tcp://127.0.0.1:${String(port)}`
  // What a kernel that is gone has not taken shall not hold this process up at its end.
  const options = { linger: 0 }
  const sockets = { shell: new Dealer(options), control: new Dealer(options) }
  const iopub = new Subscriber()
  const heart = new Request(options)
  sockets.shell.connect(address(shell_port))
  sockets.control.connect(address(control_port))
  iopub.connect(address(iopub_port))
  iopub.subscribe()
  heart.connect(address(hb_port))

  const pending = new Map<string, Pending>()
  const listeners = new Map<string, () => void>()
  const hear = (text: string) => {
    for (const line of text.split('\n')) listeners.get(line)?.()
  }
  const receive = async (
    socket: AsyncIterable<Buffer[]>,
    take: (waiting: Pending, message: Message) => void,
  ) => {
    for await (const frames of socket) {
      const message = decode(frames, key)
      // Also what a cell writes that has been answered already.
      if (message.header.msg_type === 'stream') hear(String(message.content['text']))
      const parent = parentOf(frames)
      const waiting = parent === undefined ? undefined : pending.get(parent)
      if (waiting) take(waiting, message)
    }
  }
  void receive(iopub, (waiting, { header, content }) => {
    if (header.msg_type !== 'status') waiting.outputs.push({ type: header.msg_type, content })
    else waiting.idle = content['execution_state'] === 'idle'
    waiting.settle()
  })
  for (const socket of Object.values(sockets)) {
    void receive(socket, (waiting, { content }) => {
      waiting.reply = content
      waiting.settle()
    })
  }

  function request(
    type: string,
    content: Content = {},
    channel: 'shell' | 'control' = 'shell',
  ): Promise<Answer> {
    const frames = encode(type, content, noParent, key)
    const id = (JSON.parse(String(frames[2])) as { msg_id: string }).msg_id
    return new Promise(resolve => {
      const waiting: Pending = {
        outputs: [],
        idle: false,
        settle() {
          if (waiting.idle && waiting.reply) resolve(answer(waiting.reply, waiting.outputs))
        },
      }
      pending.set(id, waiting)
      void sockets[channel].send(frames)
    })
  }

  const client: KernelClient = {
    request,
    execute: (code, options = {}) =>
      request('execute_request', {
        code,
        silent: false,
        store_history: true,
        stop_on_error: true,
        ...options,
      }),
    heard: text =>
      new Promise(resolve => {
        listeners.set(text, resolve)
      }),
    sendRaw: frames => sockets.shell.send(frames),
    async beat() {
      await heart.send('beat')
      const [echo] = await heart.receive()
      return String(echo)
    },
    process: kernel,
    connectionFile: file,
    async close() {
      const gone = kernel.exitCode === null && kernel.signalCode === null ? once(kernel, 'exit') : undefined
      if (gone) {
        void sockets.control.send(encode('shutdown_request', { restart: false }, noParent, key))
        await gone
      }
      for (const socket of [sockets.shell, sockets.control, iopub, heart]) socket.close()
      rmSync(home, { recursive: true })
      if (log.length > 0) throw new Error(`The kernel logged: ${log.join('')}`)
    },
  }
  await subscribed(client)
  return client
}

interface Pending {
  outputs: Output[]
  idle: boolean
  reply?: Content
  /** Answers the request once both its reply and the end of its outputs are there. */
  settle(): void
}

const noParent: Message = { identities: [], header: {} as Message['header'], content: {} }

function answer(reply: Content, outputs: Output[]): Answer {
  const of = (type: string) => outputs.filter(output => output.type === type).map(({ content }) => content)
  return {
    reply,
    outputs,
    of,
    stream: name =>
      of('stream')
        .filter(content => content['name'] === name)
        .map(({ text }) => String(text))
        .join(''),
  }
}

function parentOf(frames: Buffer[]): string | undefined {
  const split = frames.findIndex(frame => frame.toString() === '<IDS|MSG>')
  return (JSON.parse(String(frames[split + 3])) as { msg_id?: string }).msg_id
}

/** A publication sent before the subscription has arrived is lost: asks until one comes through. */
async function subscribed(client: KernelClient): Promise<void> {
  const ended = once(client.process, 'exit').then(() => {
    throw new Error('The kernel ended at its start.')
  })
  let again: NodeJS.Timeout | undefined
  const heard = new Promise<void>(resolve => {
    const ask = () =>
      void client.request('kernel_info_request').then(() => {
        resolve()
      })
    ask()
    again = setInterval(ask, 100)
  })
  await Promise.race([heard, ended]).finally(() => {
    clearInterval(again)
  })
}

/** Ports of this machine that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => once(server.close(), 'close')))
  return ports
}
