/** What the tests of workers have done in other processes. */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs'
import { functionObjective, modelObjective, type Objective, tensorExamples } from '../src/objective.ts'

/** L = (c − w₁w₂)². */
export function toy({ target }: { target: number }): Objective {
  return functionObjective([tf.scalar(0), tf.scalar(0)], ([a, b]) => tf.sub(target, a.mul(b)).square())
}

/** Squared errors of o + Σⱼ vⱼ tanh(wⱼ x + bⱼ) with two hidden units. */
export async function network(): Promise<Objective> {
  await sleep(1)
  return modelObjective({
    parameters: [tf.zeros([1, 2]), tf.zeros([2]), tf.zeros([2, 1]), tf.zeros([1])],
    outputs: (theta, x) => {
      const [w, b, v, o] = theta as readonly [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      return tf.matMul(tf.tanh(tf.matMul(x, w).add(b)), v).add(o)
    },
    outputLoss: (z, y) => z.sub(y).square().mean(),
    examples: tensorExamples(
      tf.tensor2d([-2, -1, 0, 1, 2], [5, 1]),
      tf.tensor2d([-1, -0.5, 0, 0.5, 1], [5, 1]),
    ),
  })
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
