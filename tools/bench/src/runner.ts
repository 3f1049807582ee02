import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Greeting, Replies, Request } from './protocol.ts'

/** A process that computes when it is asked to, and waits otherwise. */
export interface Runner {
  readonly name: RunnerName
  /** Of the library that computes, with its name. */
  readonly version: string
  /** Threads inside one operation. */
  readonly threads: number
  /** @throws RunnerFailure when the runner cannot do it, or has died */
  readonly ask: <Kind extends keyof Replies>(
    request: Request & Record<Kind, unknown>,
  ) => Promise<Replies[Kind]>
  /** Ends the process, at once. */
  readonly stop: () => void
}

/** What computes: PyTorch, also with its other ways to update, or TensorFlow.js in one of its three ways. */
export type RunnerName = 'pytorch' | Variant | TfjsName

/** The same process of PyTorch, with its optimisers made so. */
export type Variant = 'pytorch-foreach' | 'pytorch-fused'

/** Native TensorFlow, operation by operation or by compiled functions, and wasm. */
export type TfjsName = 'native' | 'compiled' | 'wasm'

/** A runner that did not start, or stopped working; the message says why. The others can go on without it. */
export class RunnerFailure extends Error {
  override name = 'RunnerFailure'
}

/**
 * Starts a runner and waits until it is ready.
 *
 * @throws RunnerFailure when the program cannot be started, or what it needs is not there
 */
export async function startRunner(
  name: RunnerName,
  command: string,
  args: readonly string[],
): Promise<Runner> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let printed = ''
  child.stderr.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-2000)))
  const ended = new Promise<{ readonly end: string }>(resolve => {
    child.on('error', error => {
      resolve({ end: `${command} could not be started: ${error.message}` })
    })
    child.on('close', (code, signal) => {
      const how = `its process ended with ${signal ?? `code ${String(code)}`}`
      const said = printed.trim().split('\n').at(-1) ?? ''
      resolve({ end: said === '' ? how : `${how}: ${said}` })
    })
  })
  // A runner that has died is told by its end, not by the broken pipe.
  child.stdin.on('error', () => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  const reply = async (): Promise<object> => {
    const line = lines.next()
    const first = await Promise.race([line, ended])
    // A process's last line and its end can come together: the line says more.
    const { value, done } = 'end' in first ? await line : first
    if (done === true) throw new RunnerFailure((await ended).end)
    return JSON.parse(value) as object
  }
  const greeting = (await reply()) as Greeting
  if ('absent' in greeting) throw new RunnerFailure(greeting.absent)
  return {
    name,
    ...greeting.ready,
    ask: async request => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const answer = await reply()
      if ('error' in answer) throw new RunnerFailure(String(answer.error))
      return answer as never
    },
    stop: () => {
      child.kill('SIGKILL')
    },
  }
}

/** PyTorch that updates in another way, in the same process. */
export function variantOf(pytorch: Runner, name: Variant): Runner {
  const variant = name === 'pytorch-fused' ? 'fused' : 'foreach'
  return {
    ...pytorch,
    name,
    ask: request => pytorch.ask({ ...request, variant }),
  }
}
