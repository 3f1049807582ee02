import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { ConnectionInfo } from './connection-file.ts'
import type { StreamName } from './output-streams.ts'
import { encode, encodePublication, type Content, type Frames, type Message, type Parent } from './wire.ts'

export type Channel = 'shell' | 'control'

export interface Request {
  channel: Channel
  message: Message
}

/** From the socket thread to this one. */
export type FromSockets = { kind: 'request'; request: Request } | { kind: 'interrupt' } | { kind: 'shutdown' }

/** From this thread to the socket thread. */
export type ToSockets =
  | { kind: 'publish'; frames: Frames; weight: number }
  | { kind: 'reply'; channel: Channel; frames: Frames; to: string }
  | { kind: 'stream'; parent: Parent; name: StreamName; text: string }
  | { kind: 'last words'; text: string }
  /** What to answer to who asks on the control channel while a cell runs. */
  | { kind: 'kernel info'; content: Content }

/** Slots of the memory both threads see. */
export const slots = {
  /** 1 while this thread must not be stopped by force. */
  protected: 0,
  /** How many interrupts have come. */
  interrupts: 1,
  /** 1 when one of them waits to be handled. */
  pending: 5,
  /** How many of them this thread's event loop has seen. */
  seenInterrupts: 2,
  /** The weight of the outputs that are on their way to the sockets: characters, or more for what is much work. */
  underway: 3,
  /** How many loops of this thread were stopped by force. */
  forcedStops: 6,
  /** 1 when the last words are said. */
  said: 4,
} as const

export interface SocketThreadData {
  info: ConnectionInfo
  shared: Int32Array
  /** How much the main thread's heap may hold, in bytes. */
  heapLimit: number
}

export interface Connection {
  /** As `connect_reply` names them. */
  ports: Record<string, number>
  /** Waits when far more is published than can be sent; so does {@link stream}. */
  publish(parent: Parent, type: string, content: Content): void
  reply(request: Request, type: string, content: Content): void
  /** Publishes text of a standard stream. */
  stream(parent: Parent, name: StreamName, text: string): void
  /** Tells the running cell why the kernel is about to end, and waits until that is sent. */
  lastWords(text: string): void
  /** What the kernel says of itself, also while a cell runs. */
  introduce(kernelInfo: Content): void
  /** Requests that have arrived and were not handed out yet. */
  takeWaiting(): Request[]
  /**
   * Does work that must not be stopped by force in the middle. Until {@link listen} everything is protected; from then on
   * a thread that does not answer an interrupt is taken to be in a loop of the user's.
   */
  protect: <T>(work: () => T) => T
  listen(handlers: Handlers): void
  /** How many loops were stopped by force since the last call. */
  takeForcedStops(): number
  /** Its number is not 0 while an interrupt waits to be handled. */
  pendingInterrupt: Int32Array
  /** Handles an interrupt that has come while a loop keeps this thread from receiving it. */
  pollInterrupt(): void
}

interface Handlers {
  request(request: Request): void
  interrupt(): void
  shutdown(): void
}

/** Outputs of so much weight may wait for the sockets. */
const mostUnderway = 1 << 22
/** To send a message is as much work as so many characters. */
const messageWeight = 1 << 10

/**
 * Opens the kernel's five sockets in a thread of their own, so that the heartbeat beats, outputs leave and interrupts
 * arrive while a cell keeps this thread busy.
 *
 * @param heapLimit How much the heap of this thread may hold, in bytes, before the socket thread ends the kernel.
 */
export function openConnection(info: ConnectionInfo, heapLimit: number): Connection {
  const shared = new Int32Array(new SharedArrayBuffer(4 * Object.keys(slots).length))
  Atomics.store(shared, slots.protected, 1)
  const port = startSocketThread({ info, shared, heapLimit })
  let onInterrupt: () => void = () => undefined
  let handledInterrupts = 0

  function send(message: ToSockets): void {
    port.postMessage(message)
  }

  /** A loop may write far more than can be sent. */
  function waitWhileTooMuch(weight: number): void {
    const before = Atomics.add(shared, slots.underway, weight)
    if (before > mostUnderway) Atomics.wait(shared, slots.underway, before + weight, 1000)
  }

  function protect<T>(work: () => T): T {
    const before = Atomics.exchange(shared, slots.protected, 1)
    try {
      return work()
    } finally {
      Atomics.store(shared, slots.protected, before)
    }
  }

  function pollInterrupt(): void {
    const count = Atomics.load(shared, slots.interrupts)
    // A count that was seen before is the same interrupt, said again.
    if (handledInterrupts >= count) return
    onInterrupt()
    // Last, so that it is said again if this is what gets stopped.
    handledInterrupts = count
    Atomics.store(shared, slots.pending, 0)
  }

  const { shell_port, iopub_port, stdin_port, control_port, hb_port } = info
  return {
    ports: { shell_port, iopub_port, stdin_port, control_port, hb_port },
    publish(parent, type, content) {
      const frames = encodePublication(type, content, parent, info.key)
      const weight = frames.reduce((sum, frame) => sum + frame.length, messageWeight)
      send({ kind: 'publish', frames, weight })
      waitWhileTooMuch(weight)
    },
    reply({ channel, message }, type, content) {
      protect(() => {
        const frames = encode(type, content, message, info.key)
        send({ kind: 'reply', channel, frames, to: message.header.msg_id })
      })
    },
    stream({ header }, name, text) {
      send({ kind: 'stream', parent: { identities: [], header }, name, text })
      waitWhileTooMuch(text.length)
    },
    lastWords(text) {
      send({ kind: 'last words', text })
      Atomics.wait(shared, slots.said, 0, 2000)
    },
    introduce(content) {
      send({ kind: 'kernel info', content })
    },
    takeWaiting() {
      const waiting: Request[] = []
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        const received = next.message as FromSockets
        if (received.kind === 'request') waiting.push(received.request)
        // Whatever else has arrived keeps its own way, when the event loop turns.
        else setImmediate(() => port.emit('message', received))
      }
      return waiting
    },
    protect,
    listen(handlers) {
      onInterrupt = () => {
        handlers.interrupt()
      }
      Atomics.store(shared, slots.protected, 0)
      port.on('message', (received: FromSockets) => {
        // No work is under way; one that was stopped by force all the same could not say that it has ended.
        Atomics.store(shared, slots.protected, 0)
        if (received.kind === 'request') handlers.request(received.request)
        else if (received.kind === 'shutdown') handlers.shutdown()
        else {
          pollInterrupt()
          // Only here: a loop that catches what an interrupt throws has to be stopped by force.
          Atomics.store(shared, slots.seenInterrupts, handledInterrupts)
        }
      })
    },
    takeForcedStops: () => Atomics.exchange(shared, slots.forcedStops, 0),
    pendingInterrupt: shared.subarray(slots.pending, slots.pending + 1),
    pollInterrupt,
  }
}

function startSocketThread(workerData: SocketThreadData) {
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(new URL('./socket-thread.ts', import.meta.url), { workerData })
  worker.postMessage(port2, [port2])
  worker.on('error', (error: Error) => {
    writeSync(2, `flatland kernel: ${error.message}\n`)
    process.exit(1)
  })
  return port1
}
