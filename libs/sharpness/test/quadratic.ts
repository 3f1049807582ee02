import { functionObjective, type Objective } from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'

/** ½ (θ − c)ᵀ A (θ − c) at θ; c is 0 where it is not given. */
export function quadratic(
  rows: readonly (readonly number[])[],
  theta: readonly number[],
  centre: readonly number[] = theta.map(() => 0),
): Objective {
  const matrix = tf.tensor2d(rows.map(row => [...row]))
  return functionObjective([tf.tensor1d([...theta])], ([x]) => {
    const away = x.sub(centre)
    return away
      .mul(tf.matMul(matrix, away.expandDims(1)).squeeze([1]))
      .sum()
      .div(2)
  })
}

export function diagonal(values: readonly number[]): number[][] {
  return values.map((value, i) => values.map((_, j) => (i === j ? value : 0)))
}
