import { writeSync } from 'node:fs'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { ConnectionInfo } from './connection-file.ts'
import { encode, type Content, type Message } from './wire.ts'

export type Channel = 'shell' | 'control'

export interface Request {
  channel: Channel
  message: Message
}

/** From the socket thread to this one. */
export type FromSockets =
  { kind: 'request'; request: Request } | { kind: 'interrupt'; count: number } | { kind: 'shutdown' }

/** From this thread to the socket thread. */
export interface ToSockets {
  socket: Channel | 'iopub'
  frames: (Uint8Array | string)[]
}

/** Slots of the memory both threads see. */
export const slots = { protected: 0, lastInterrupt: 1 } as const

export interface SocketThreadData {
  info: ConnectionInfo
  shared: Int32Array
}

export interface Connection {
  publish(parent: Message, type: string, content: Content): void
  reply(request: Request, type: string, content: Content): void
  /** Requests that have arrived and were not handed out yet. */
  takeWaiting(): Request[]
  /**
   * Does work that must not be stopped by force in the middle. Until {@link listen} everything is protected; from then on
   * a thread that does not answer an interrupt is taken to be in a loop of the user's.
   */
  protect: <T>(work: () => T) => T
  listen(handlers: Handlers): void
}

interface Handlers {
  request(request: Request): void
  interrupt(): void
  shutdown(): void
}

/**
 * Opens the kernel's five sockets in a thread of their own, so that the heartbeat beats, outputs leave and interrupts
 * arrive while a cell keeps this thread busy.
 */
export function openConnection(info: ConnectionInfo): Connection {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  Atomics.store(shared, slots.protected, 1)
  const { port1: port, port2: workerPort } = new MessageChannel()
  const worker = new Worker(new URL('./socket-thread.ts', import.meta.url), {
    workerData: { info, shared } satisfies SocketThreadData,
  })
  worker.postMessage(workerPort, [workerPort])
  worker.on('error', (error: Error) => {
    writeSync(2, `flatland kernel: ${error.message}\n`)
    process.exit(1)
  })
  const send = (message: ToSockets) => {
    port.postMessage(message)
  }

  return {
    publish(parent, type, content) {
      send({ socket: 'iopub', frames: encode(type, content, parent, info.key, [Buffer.from(type)]) })
    },
    reply({ channel, message }, type, content) {
      send({ socket: channel, frames: encode(type, content, message, info.key) })
    },
    takeWaiting() {
      const waiting: Request[] = []
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        const received = next.message as FromSockets
        if (received.kind === 'request') waiting.push(received.request)
        // Whatever else has arrived keeps its own way, after this call.
        else port.emit('message', received)
      }
      return waiting
    },
    protect(work) {
      Atomics.store(shared, slots.protected, 1)
      try {
        return work()
      } finally {
        Atomics.store(shared, slots.protected, 0)
      }
    },
    listen(handlers) {
      Atomics.store(shared, slots.protected, 0)
      port.on('message', (received: FromSockets) => {
        if (received.kind === 'request') handlers.request(received.request)
        else if (received.kind === 'shutdown') handlers.shutdown()
        // A count that was seen before is the same interrupt, said again.
        else if (Atomics.load(shared, slots.lastInterrupt) < received.count) {
          handlers.interrupt()
          // Last, so that it is said again if this is what gets stopped.
          Atomics.store(shared, slots.lastInterrupt, received.count)
        }
      })
    },
  }
}
