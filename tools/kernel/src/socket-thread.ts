import { writeSync } from 'node:fs'
import { Session } from 'node:inspector'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { Publisher, Reply, Router } from 'zeromq'
import { slots, type Channel, type FromSockets, type SocketThreadData, type ToSockets } from './connection.ts'
import { decode, encode, type Content, type Message } from './wire.ts'

/** The thread that owns the sockets. It answers what must be answered while the main thread is busy. */

const { info, shared } = workerData as SocketThreadData
/** How long the main thread may take to notice an interrupt before its loop is stopped by force, in ms. */
const patience = 400

const iopub = new Publisher()
const shell = new Router()
const control = new Router()
const stdin = new Router()
const heartbeat = new Reply()
const sockets = { iopub, shell, control }

const parent = process.ppid
let main: MessagePort
let interrupts = 0
let sending = Promise.resolve()

parentPort?.once('message', (port: MessagePort) => {
  main = port
  main.on('message', ({ socket, frames }: ToSockets) => {
    send(socket, frames)
  })
  serve().catch((error: unknown) => {
    log(String(error))
    // Sockets half open would make an orderly end abort.
    process.kill(process.pid, 'SIGKILL')
  })
})

async function serve(): Promise<void> {
  const address = (port: number) => `${info.transport}://${info.ip}:${port}`
  await Promise.all([
    iopub.bind(address(info.iopub_port)),
    shell.bind(address(info.shell_port)),
    control.bind(address(info.control_port)),
    stdin.bind(address(info.stdin_port)),
    heartbeat.bind(address(info.hb_port)),
  ])
  if (process.env['JPY_PARENT_PID'] !== undefined) dieWithParent()
  await Promise.all([beat(), receive('shell', shell), receive('control', control)])
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames)
}

async function receive(channel: Channel, socket: Router): Promise<void> {
  for await (const frames of socket) {
    let message: Message
    try {
      message = decode(frames, info.key)
    } catch (error) {
      log(`dropped on ${channel}: ${String(error)}`)
      continue
    }
    if (message.header.msg_type === 'interrupt_request') interrupt(message)
    else if (message.header.msg_type === 'shutdown_request') await shutdown(message)
    else toMain({ kind: 'request', request: { channel, message } })
  }
}

/** First asks; a main thread that does not answer is in a loop, which is then stopped by force. */
function interrupt(request: Message): void {
  const count = ++interrupts
  toMain({ kind: 'interrupt', count })
  answer(request, 'interrupt_reply', { status: 'ok' })
  const insist = () => {
    if (Atomics.load(shared, slots.lastInterrupt) >= count) return
    if (Atomics.load(shared, slots.protected) === 0) {
      terminateMainThread()
      // What was just being received may be what was stopped.
      toMain({ kind: 'interrupt', count })
    }
    setTimeout(insist, patience)
  }
  setTimeout(insist, patience)
}

function terminateMainThread(): void {
  const mainThread = new Session()
  mainThread.connectToMainThread()
  mainThread.post('Runtime.terminateExecution', () => {
    mainThread.disconnect()
  })
}

async function shutdown(request: Message): Promise<void> {
  answer(request, 'shutdown_reply', { status: 'ok', restart: request.content['restart'] === true })
  await sending
  for (const socket of [iopub, shell, control, stdin, heartbeat]) socket.close()
  toMain({ kind: 'shutdown' })
  // The main thread may be in a loop.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300)
}

function answer(request: Message, type: string, content: Content): void {
  const status = (state: string) => {
    send('iopub', encode('status', { execution_state: state }, request, info.key, [Buffer.from('status')]))
  }
  status('busy')
  send('control', encode(type, content, request, info.key))
  status('idle')
}

function toMain(message: FromSockets): void {
  main.postMessage(message)
}

/** One after another, whatever the socket: a reply never overtakes the outputs before it. */
function send(socket: keyof typeof sockets, frames: (Uint8Array | string)[]): void {
  sending = sending
    .then(() => sockets[socket].send(frames))
    .catch((error: unknown) => {
      log(`not sent on ${socket}: ${String(error)}`)
    })
}

/** A Jupyter server that was killed cannot shut its kernels down. */
function dieWithParent(): void {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, 1000)
}

/** To the terminal of the Jupyter server: this thread's own `process.stderr` ends in the running cell. */
function log(line: string): void {
  writeSync(2, `flatland kernel: ${line}\n`)
}
