/** What the tests of stored tasks have done in other processes. */
import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

export type Task =
  | number
  | { readonly wait: number; readonly id?: number }
  | { readonly give: keyof typeof odd }
  | { readonly bytes: number; readonly id: number }
  | 'throw'
  | 'die'

const circle: unknown[] = []
circle.push(circle)

/** What JSON would change. */
const odd = {
  nan: () => ({ losses: [1, NaN] }),
  infinity: () => -Infinity,
  undefined: () => ({ found: { best: undefined } }),
  nothing: () => undefined,
  function: () => [() => 1],
  date: () => ({ at: new Date(0) }),
  vector: () => Float32Array.of(1),
  circle: () => circle,
}

/** Squares, and what else a task asks for; each call is a line in the ledger. */
export function entered(ledger: string): (task: Task) => Promise<unknown> {
  return async task => {
    appendFileSync(ledger, `${JSON.stringify(task)}\n`)
    if (task === 'throw') throw new Error('no root')
    if (task === 'die') process.kill(process.pid, 'SIGKILL')
    if (typeof task === 'number') return { square: task * task }
    if (typeof task !== 'object') return null
    if ('give' in task) return odd[task.give]()
    if ('bytes' in task) return 'x'.repeat(task.bytes)
    await sleep(task.wait)
    return { waited: task.wait }
  }
}

export const noFunction = 1
