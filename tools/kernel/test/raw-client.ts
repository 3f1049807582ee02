import { readFileSync } from 'node:fs'
import { Dealer, Subscriber } from 'zeromq'
import type { ConnectionInfo } from '../src/connection-file.ts'
import { encode, type Content, type Header, type Message } from '../src/wire.ts'

/** A message as it came, with what a client of higher level leaves out. */
interface RawMessage {
  channel: string
  header: Header
  parent: Partial<Header>
  content: Content
}

/** What an `execute_request` says beside its code, as a notebook sends it. */
export const usualRequest = {
  silent: false,
  store_history: true,
  user_expressions: {},
  allow_stdin: false,
  stop_on_error: true,
}

/** What came of one request, in order; it goes on growing when more comes. */
export interface Exchange {
  sent: Header
  readonly published: RawMessage[]
  readonly replies: RawMessage[]
}

interface Options {
  on?: 'shell' | 'control'
  /** Whether to wait for a reply too, and not only for `idle`. Default true. */
  replied?: boolean
  /** How long to wait at most, in ms. Default 5000. */
  limit?: number
}

export interface RawClient {
  /** Sends a request; resolves when it is answered and the kernel idle again, or the time is over. */
  ask(type: string, content?: Content, options?: Options): Promise<Exchange>
  /** As `ask`, but resolves as soon as the request is sent; `ended` is what `ask` waits for. */
  send(type: string, content?: Content, options?: Options): Promise<Exchange & { ended: Promise<boolean> }>
  /** Waits until `found` says so of what has come, at most `limit` ms. Gives whether it did. */
  until(found: () => boolean, limit?: number): Promise<boolean>
  /** Whether the heart answers within `limit` ms. */
  beats(limit: number): Promise<boolean>
  /** All that came from the kernel's stdin socket. */
  asked: RawMessage[]
  close(): void
}

/** A client of a kernel that runs or is just starting, whatever kernel it is. It shows each message as it came. */
export async function rawClient(connectionFile: string): Promise<RawClient> {
  const info = JSON.parse(readFileSync(connectionFile, 'utf8')) as ConnectionInfo
  const address = (port: number) => `${info.transport}://${info.ip}:${port}`
  // What a kernel that is gone has not taken shall not hold this process up at its end.
  const options = { linger: 0 }
  const sockets = {
    shell: new Dealer(options),
    control: new Dealer(options),
    stdin: new Dealer(options),
    iopub: new Subscriber(options),
  }
  const heart = new Dealer(options)
  sockets.shell.connect(address(info.shell_port))
  sockets.control.connect(address(info.control_port))
  sockets.stdin.connect(address(info.stdin_port))
  sockets.iopub.connect(address(info.iopub_port))
  sockets.iopub.subscribe()
  heart.connect(address(info.hb_port))

  const received: RawMessage[] = []
  let beats = 0
  const waiting = new Set<() => void>()
  const look = () => {
    for (const check of [...waiting]) check()
  }
  for (const [channel, socket] of Object.entries(sockets)) {
    void (async () => {
      for await (const frames of socket) {
        received.push(read(channel, frames))
        look()
      }
    })()
  }
  void (async () => {
    for await (const frames of heart) {
      beats += frames.length > 0 ? 1 : 0
      look()
    }
  })()

  function until(found: () => boolean, limit = 5000): Promise<boolean> {
    return new Promise(resolve => {
      const settle = (value: boolean) => {
        clearTimeout(timer)
        waiting.delete(check)
        resolve(value)
      }
      const check = () => {
        if (found()) settle(true)
      }
      const timer = setTimeout(() => {
        settle(false)
      }, limit)
      waiting.add(check)
      check()
    })
  }

  async function send(type: string, content: Content = {}, options: Options = {}) {
    const { on = 'shell', replied = true, limit } = options
    const frames = encode(type, content, noParent, info.key)
    const sent = JSON.parse(String(frames[2])) as Header
    const of = (iopub: boolean) =>
      received.filter(
        ({ parent, channel }) => parent.msg_id === sent.msg_id && (channel === 'iopub') === iopub,
      )
    const exchange = {
      sent,
      get published() {
        return of(true)
      },
      get replies() {
        return of(false)
      },
    }
    const isOver = () =>
      of(true).some(({ content }) => content['execution_state'] === 'idle') &&
      (!replied || of(false).length > 0)
    await sockets[on].send(frames)
    return Object.assign(exchange, { ended: until(isOver, limit) })
  }

  // A publication sent before the subscription has arrived is lost: asks until one comes through.
  let last = await send('kernel_info_request')
  while (!(await until(() => last.published.length > 0, 100))) last = await send('kernel_info_request')
  await last.ended

  return {
    send,
    async ask(...request) {
      const exchange = await send(...request)
      await exchange.ended
      return exchange
    },
    until,
    async beats(limit) {
      const before = beats
      await heart.send(['', 'beat'])
      return until(() => beats > before, limit)
    },
    get asked() {
      return received.filter(({ channel }) => channel === 'stdin')
    },
    close() {
      for (const socket of [...Object.values(sockets), heart]) socket.close()
    },
  }
}

const noParent: Message = { identities: [], header: {} as Header, content: {} }

function read(channel: string, frames: Buffer[]): RawMessage {
  const split = frames.findIndex(frame => frame.toString() === '<IDS|MSG>')
  const [header, parent, , content] = frames
    .slice(split + 2)
    .map(frame => JSON.parse(frame.toString()) as unknown)
  return {
    channel,
    header: header as Header,
    parent: parent as Partial<Header>,
    content: content as Content,
  }
}
