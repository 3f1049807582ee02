/** What the tests of workers have done in other processes. */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs'
import { functionObjective, type Objective } from '../src/objective.ts'
import { tanhNetwork } from './tanh-network.ts'

/** L = (c − w₁w₂)². */
export function toy({ target }: { target: number }): Objective {
  return functionObjective([tf.scalar(0), tf.scalar(0)], ([a, b]) => tf.sub(target, a.mul(b)).square())
}

/** `tanhNetwork`, asynchronously: a module may have to load its data. */
export async function network(): Promise<Objective> {
  await sleep(1)
  return tanhNetwork()
}

/** The process, and how often this was called in it. */
export function processes(): () => { pid: number; calls: number } {
  let calls = 0
  return () => ({ pid: process.pid, calls: ++calls })
}

/** Its process at once for the task 0; for others it would take an hour. */
export function sleeper(): (task: number) => Promise<number> {
  return async task => {
    if (task > 0) await sleep(3_600_000)
    return process.pid
  }
}

export type Step = 'square' | 'throw' | 'die' | 'return a function'

/** Does with `x` what the task says. */
export function acts(x: number): (step: Step) => unknown {
  return step => {
    if (step === 'throw') throw new Error(`no root of ${x}`)
    if (step === 'die') process.kill(process.pid, 'SIGKILL')
    return step === 'return a function' ? () => x : x * x
  }
}

export function cannotStart(reason: string): never {
  throw new Error(reason)
}

export function dies(): never {
  process.stderr.write('out of luck')
  process.exit(3)
}

export const noFunction = 1
