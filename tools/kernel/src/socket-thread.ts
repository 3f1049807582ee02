import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { Router, XPublisher } from 'zeromq'
import { slots, type Channel, type FromSockets, type SocketThreadData, type ToSockets } from './connection.ts'
import { watchHeap } from './heap-watch.ts'
import { createInterrupter } from './interrupter.ts'
import { createOutbox } from './outbox.ts'
import { log } from './server-log.ts'
import {
  decode,
  encode,
  encodePublication,
  encodeStarting,
  encodeWelcome,
  type Content,
  type Message,
} from './wire.ts'

/** The thread that owns the sockets. It answers what must be answered while the main thread is busy. */

const { info, shared, heapLimit } = workerData as SocketThreadData

// A publisher drops what exceeds its queue, without a word: no limit.
const iopub = new XPublisher({ sendHighWaterMark: 0, verbosity: 'allSubs' })
const shell = new Router({ sendHighWaterMark: 0 })
const control = new Router({ sendHighWaterMark: 0 })
const stdin = new Router()
// A Reply would fail on junk, and the kernel with it; this one drops what has no receiver.
const heartbeat = new Router({ sendHighWaterMark: 0 })
const outbox = createOutbox({ iopub, shell, control }, info.key, sent => {
  Atomics.sub(shared, slots.underway, sent)
  Atomics.notify(shared, slots.underway)
})

const parent = process.ppid
/** Cells that have come and are not answered; the first one runs. */
const cells = new Map<string, Message>()
let lastCell: Message | undefined
let main: MessagePort
let kernelInfo: Content | undefined
/** From the last message on that is answered. */
let isEnding = false

const interrupter = createInterrupter(shared, () => {
  toMain({ kind: 'interrupt' })
})

parentPort?.once('message', (port: MessagePort) => {
  main = port
  main.on('message', receiveFromMain)
  serve().catch((error: unknown) => {
    log(String(error))
    // Sockets half open would make an orderly end abort.
    process.kill(process.pid, 'SIGKILL')
  })
})

function receiveFromMain(message: ToSockets): void {
  if (isEnding) return
  switch (message.kind) {
    case 'publish':
      outbox.send('iopub', message.frames, message.weight)
      break
    case 'stream':
      outbox.stream(message.parent, message.name, message.text)
      break
    case 'reply':
      cells.delete(message.to)
      outbox.send(message.channel, message.frames)
      break
    case 'kernel info':
      kernelInfo = message.content
      break
    case 'last words':
      void sayLastWords(message.text).then(() => {
        Atomics.store(shared, slots.said, 1)
        Atomics.notify(shared, slots.said)
      })
  }
}

async function serve(): Promise<void> {
  // With ipc, the ports are parts of the names of files.
  const separator = info.transport === 'ipc' ? '-' : ':'
  const address = (port: number) => `${info.transport}://${info.ip}${separator}${port}`
  await Promise.all([
    iopub.bind(address(info.iopub_port)),
    shell.bind(address(info.shell_port)),
    control.bind(address(info.control_port)),
    stdin.bind(address(info.stdin_port)),
    heartbeat.bind(address(info.hb_port)),
  ])
  if (process.env['JPY_PARENT_PID'] !== undefined) dieWithParent()
  await Promise.all([
    beat(),
    welcome(),
    receive('shell', shell),
    receive('control', control),
    ignore(stdin),
    watchHeap(heapLimit, () => cells.size > 0, die),
  ])
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) {
    await heartbeat.send(frames).catch((error: unknown) => {
      log(`a heartbeat was not answered: ${String(error)}`)
    })
  }
}

/** Who subscribes begins to hear what is published only a little later, and wants to know when. */
async function welcome(): Promise<void> {
  let isFirst = true
  for await (const [frame] of iopub) {
    if (frame?.[0] !== 1) continue
    outbox.send('iopub', encodeWelcome(frame.subarray(1).toString(), info.key))
    // Said earlier, nobody would hear it.
    if (isFirst) outbox.send('iopub', encodeStarting(info.key))
    isFirst = false
  }
}

/** No cell asks for input; what comes all the same must not pile up. */
async function ignore(socket: Router): Promise<void> {
  for await (const frames of socket) log(`dropped on stdin: ${frames.length} frames`)
}

async function receive(channel: Channel, socket: Router): Promise<void> {
  for await (const frames of socket) {
    try {
      take(channel, decode(frames, info.key))
    } catch (error) {
      log(`dropped on ${channel}: ${String(error)}`)
    }
  }
}

function take(channel: Channel, message: Message): void {
  if (isEnding) return
  const type = message.header.msg_type
  if (type === 'interrupt_request') {
    interrupter.interrupt()
    answer(message, 'interrupt_reply', { status: 'ok' })
  } else if (type === 'shutdown_request') void shutdown(message)
  else if (type === 'kernel_info_request' && channel === 'control' && kernelInfo) {
    answer(message, 'kernel_info_reply', kernelInfo)
  } else {
    if (type === 'execute_request') {
      lastCell = message
      cells.set(message.header.msg_id, message)
    }
    toMain({ kind: 'request', request: { channel, message } })
  }
}

async function shutdown(request: Message): Promise<void> {
  answer(request, 'shutdown_reply', { status: 'ok', restart: request.content['restart'] === true })
  await flushed()
  toMain({ kind: 'shutdown' })
  // The main thread may be in a loop.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200)
}

/** The kernel ends without having been asked to: an error of the cell that runs, or ran last. */
async function sayLastWords(text: string): Promise<void> {
  const error = { ename: 'KernelDied', evalue: text, traceback: [`KernelDied: ${text}`] }
  const [running = lastCell, ...waiting] = cells.values()
  if (running) {
    outbox.send('iopub', encodePublication('error', error, running, info.key))
    if (cells.size > 0) {
      outbox.send('shell', encode('execute_reply', { status: 'error', ...error }, running, info.key))
      publishState(running, 'idle')
    }
  }
  for (const cell of waiting) {
    outbox.send('shell', encode('execute_reply', { status: 'aborted' }, cell, info.key))
    publishState(cell, 'idle')
  }
  await flushed()
}

async function die(text: string): Promise<void> {
  await sayLastWords(text)
  process.kill(process.pid, 'SIGKILL')
}

/** Sends all there is, and closes the sockets. What comes from now on is not answered. */
async function flushed(): Promise<void> {
  isEnding = true
  await outbox.sent()
  for (const socket of [iopub, shell, control, stdin, heartbeat]) socket.close()
  // ZeroMQ's own thread still sends; nothing tells when it has.
  await new Promise(resolve => setTimeout(resolve, 100))
}

function answer(request: Message, type: string, content: Content): void {
  publishState(request, 'busy')
  outbox.send('control', encode(type, content, request, info.key))
  publishState(request, 'idle')
}

function publishState(request: Message, state: 'busy' | 'idle'): void {
  outbox.send('iopub', encodePublication('status', { execution_state: state }, request, info.key))
}

function toMain(message: FromSockets): void {
  main.postMessage(message)
}

/** A Jupyter server that was killed cannot shut its kernels down. */
function dieWithParent(): void {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, 1000)
}
