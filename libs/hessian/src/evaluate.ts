import { gradients } from '@flatland/tensor'
import { type BatchOptions, meanOverBatches } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { parameterSize, withTensors } from './parameter-tensors.ts'

/** L(θ) and its gradient, in the order of `flatten(parameters)`. */
export interface LossAndGradient {
  readonly loss: number
  readonly gradient: Float64Array
}

/** L over the whole data, at the objective's parameters. */
export async function evaluateLoss(objective: Objective, options: BatchOptions = {}): Promise<number> {
  const { parameters, examples, loss } = objective
  const [mean = NaN] = await meanOverBatches(examples, 1, options, batch => [loss(parameters, batch)])
  return mean
}

/** L and ∇L over the whole data, at the objective's parameters. */
export async function evaluateGradient(
  objective: Objective,
  options: BatchOptions = {},
): Promise<LossAndGradient> {
  const { parameters, examples, loss } = objective
  const values = await meanOverBatches(examples, 1 + parameterSize(parameters), options, batch => {
    const { value, gradients: parts } = gradients(at => loss(at, batch), parameters)
    return [value, ...parts]
  })
  return Object.freeze({ loss: values[0] ?? NaN, gradient: values.slice(1) })
}

/**
 * Works on the same objective at another point, θ as one vector.
 *
 * @example
 * await atPoint(objective, theta, there => evaluateLoss(there))
 */
export function atPoint<T>(
  objective: Objective,
  point: Float64Array,
  work: (there: Objective) => T | Promise<T>,
): Promise<T> {
  return withTensors(point, 1, objective.parameters, parameters => work({ ...objective, parameters }))
}
