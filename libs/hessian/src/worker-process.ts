/** A process of `mapInWorkers`: told first where its function is, then one task after another. */
import { flushCompileCache } from 'node:module'
import process from 'node:process'
import { type BackendName, useBackend } from '@flatland/tensor'
import { callExported } from './call-exported.ts'
import { checkCopy } from './check-copy.ts'

export type ToWorker =
  | {
      readonly kind: 'open'
      readonly module: string
      readonly name: string
      readonly argument: unknown
      readonly backend: 'auto' | BackendName
    }
  | { readonly kind: 'task'; readonly task: unknown }
  | { readonly kind: 'end' }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly reason: string }

type TaskFunction = (task: unknown) => unknown

let work: TaskFunction | undefined

// It may be killed, and would keep nothing.
flushCompileCache()

process.on('message', message => {
  const order = message as ToWorker
  // From the parent's side a disconnection would keep it from hearing that the process has closed.
  if (order.kind === 'end') process.disconnect()
  // They come one at a time: the next is sent when this one is answered.
  else void answer(order).then(tell)
})
// Without its parent there is nobody to work for.
process.once('disconnect', () => {
  process.exit()
})

async function answer(message: Exclude<ToWorker, { kind: 'end' }>): Promise<FromWorker> {
  try {
    if (message.kind === 'open') {
      work = await open(message)
      return { kind: 'ready' }
    }
    const result = await work?.(message.task)
    checkCopy('the result', result)
    return { kind: 'done', result }
  } catch (error) {
    return failure(error)
  }
}

async function open({ module, name, argument, backend }: ToWorker & { kind: 'open' }): Promise<TaskFunction> {
  await useBackend(backend, { threads: 1 })
  const made: unknown = await callExported({ module, name, argument })
  if (typeof made !== 'function')
    throw new TypeError(`${name} of ${module} did not return a function of a task`)
  return made as TaskFunction
}

function failure(error: unknown): FromWorker {
  return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
}

function tell(message: FromWorker): void {
  process.send?.(message)
}
