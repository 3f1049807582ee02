import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs'
import { given } from './given.ts'

type Config = tf.serialization.ConfigDict
type Numbers = readonly number[]

/** What a library makes of a problem in 50 steps, in float64. */
export interface Run {
  /** Which library's. */
  readonly of: string
  readonly config: Config
  readonly problem: ProblemName
  readonly learningRate: number
  /** Before the first step, and after each. */
  readonly losses: Numbers
  /** All numbers of all parameters, after each of the steps in `kept`. */
  readonly parameters: readonly Numbers[]
}

export type ProblemName = 'quadratic' | 'rosenbrock' | 'network'

interface Fixture {
  readonly kept: Numbers
  readonly curvatures: readonly Numbers[]
  readonly inputs: Numbers
  readonly labels: Numbers
  readonly problems: Readonly<
    Record<ProblemName, { readonly shapes: readonly Numbers[]; readonly start: readonly Numbers[] }>
  >
  readonly runs: readonly Run[]
  readonly schedules: readonly { readonly config: Config; readonly rates: Numbers }[]
}

const path = new URL('../fixtures/trajectories.json', import.meta.url)
export const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture

export interface Problem {
  readonly parameters: tf.Variable[]
  readonly loss: () => tf.Scalar
  readonly dispose: () => void
}

/** A problem at its start. */
export function openProblem(name: ProblemName): Problem {
  const { shapes, start } = fixture.problems[name]
  const parameters = start.map((numbers, i) =>
    tf.tidy(() => tf.variable(tf.tensor([...numbers], [...(shapes[i] ?? [])]))),
  )
  const held = data[name]()
  return {
    parameters,
    loss: () => tf.tidy(() => losses[name](parameters, held) as tf.Scalar),
    dispose: () => {
      tf.dispose([parameters, held])
    },
  }
}

const data: Readonly<Record<ProblemName, () => tf.Tensor[]>> = {
  quadratic: () =>
    fixture.curvatures.map((numbers, i) =>
      tf.tensor([...numbers], [...(fixture.problems.quadratic.shapes[i] ?? [])]),
    ),
  rosenbrock: () => [],
  network: () => [
    tf.tensor([...fixture.inputs], [8, 4]),
    tf.tidy(() => tf.oneHot([...fixture.labels], 3).toFloat()),
  ],
}

type Loss = (parameters: readonly tf.Tensor[], data: readonly tf.Tensor[]) => tf.Tensor

const losses: Readonly<Record<ProblemName, Loss>> = {
  quadratic: (parameters, curvatures) =>
    tf.addN(
      parameters.map((p, i) =>
        p
          .square()
          .mul(curvatures[i] ?? 0)
          .sum()
          .mul(0.5),
      ),
    ),
  rosenbrock: ([p = tf.scalar(NaN)]) => {
    const [x, y] = tf.unstack(p) as [tf.Tensor, tf.Tensor]
    return tf.sub(1, x).square().add(y.sub(x.square()).square().mul(100))
  },
  network: (parameters, [x, labels]) => {
    const [w1, b1, w2, b2] = parameters as [tf.Tensor2D, tf.Tensor, tf.Tensor2D, tf.Tensor]
    const logits = tf
      .matMul(
        tf
          .matMul(x as tf.Tensor2D, w1)
          .add(b1)
          .tanh() as tf.Tensor2D,
        w2,
      )
      .add(b2)
    return tf.losses.softmaxCrossEntropy(given(labels), logits)
  },
}

/** All numbers of some tensors. */
export function numbersOf(tensors: readonly tf.Tensor[]): number[] {
  return tensors.flatMap(tensor => [...tensor.dataSync()])
}

/** One step as an optimiser does it: the loss before it. */
export function minimized(optimizer: tf.Optimizer, { loss, parameters }: Problem): number {
  const value = given(optimizer.minimize(loss, true, parameters))
  const [number = NaN] = value.dataSync()
  value.dispose()
  return number
}
