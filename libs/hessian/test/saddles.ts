import * as tf from '@tensorflow/tfjs'
import { functionObjective, type Objective } from '../src/objective.ts'

/** L = (1 − w₁w₂)²: a saddle of eigenvalues ±2 at the origin, left along ±(1, 1)/√2. */
export function toyAt(w1: number, w2: number): Objective {
  return functionObjective([tf.scalar(w1), tf.scalar(w2)], ([a, b]) => tf.sub(1, a.mul(b)).square())
}

/** L = 5 + 2x² − ½y². */
export function quadraticAt(x: number, y: number): Objective {
  return functionObjective([tf.tensor1d([x, y])], ([w]) =>
    w
      .square()
      .mul(tf.tensor1d([2, -0.5]))
      .sum()
      .add(5),
  )
}

/** Two tanh units without biases, f(x) = Σⱼ vⱼ tanh(wⱼx), at θ = 0: a saddle of λ = ±2, each twice. */
export function networkAtZero(): Objective {
  return functionObjective([tf.zeros([1, 2]), tf.zeros([2, 1])], ([w, v]) => {
    const [x, y] = [tf.tensor2d([-2, -1, 1, 2], [4, 1]), tf.tensor2d([-1, -0.5, 0.5, 1], [4, 1])]
    return tf
      .matMul(tf.tanh(tf.matMul(x, w)), v)
      .sub(y)
      .square()
      .mean()
  })
}

/** x³ − x² + offset: at 0 it falls to the right down to −4/27 only, to the left without end. */
export function cubic(offset = 0): Objective {
  return functionObjective([tf.scalar(0)], ([x]) => x.pow(3).sub(x.square()).add(offset))
}
