import type * as tf from '@tensorflow/tfjs'
import { checkInteger } from './checks.ts'
import type { ModelObjective, Objective } from './objective.ts'

/**
 * The same objective as a function of some of its parameter tensors, the others constant at their present values:
 * every operator of it is the block of the whole one that belongs to these tensors, at the price of these alone.
 * For single entries of a tensor take a sub-block of the whole operator.
 *
 * @param indices which of `objective.parameters`, each once; their order is that of the block
 * @throws RangeError when there is no index, one is given twice, or one is no parameter's
 *
 * @example
 * const objective = functionObjective([tf.scalar(1), tf.scalar(3)], ([a, b]) => a.mul(b).square())
 * const ofB = restrictParameters(objective, [1])
 * await hessian(ofB).apply(Float64Array.of(1)) // [2]: ∂²(ab)²/∂b² = 2a²
 */
export function restrictParameters(objective: ModelObjective, indices: readonly number[]): ModelObjective
export function restrictParameters(objective: Objective, indices: readonly number[]): Objective
export function restrictParameters(
  objective: Objective | ModelObjective,
  indices: readonly number[],
): Objective | ModelObjective {
  const { parameters, loss } = objective
  checkIndices(indices, parameters.length)
  const complete = (some: readonly tf.Tensor[]): tf.Tensor[] =>
    parameters.map((constant, i) => some[indices.indexOf(i)] ?? constant)
  const restricted: Objective = {
    ...objective,
    parameters: indices.flatMap(i => parameters[i] ?? []),
    loss: (some, batch) => loss(complete(some), batch),
  }
  if (!('outputs' in objective)) return Object.freeze(restricted)
  const { outputs, outputLoss } = objective
  return Object.freeze({
    ...restricted,
    outputLoss,
    outputs: (some: readonly tf.Tensor[], inputs: tf.Tensor) => outputs(complete(some), inputs),
  })
}

function checkIndices(indices: readonly number[], count: number): void {
  if (indices.length === 0)
    throw new RangeError('restrictParameters: there are no indices; give at least one')
  for (const index of indices) checkInteger('an index of a parameter', index, 0, count - 1)
  if (new Set(indices).size < indices.length) {
    throw new RangeError(`restrictParameters: the indices are ${indices.join(', ')}; give each once`)
  }
}
