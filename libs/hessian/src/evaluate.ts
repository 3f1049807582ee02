import type * as tf from '@tensorflow/tfjs'
import { checkMean, checkMovable, checkPresent, checkSizes } from './check-objective.ts'
import { checkFiniteLoss, checkLength } from './checks.ts'
import { type At, compiledOf, type CompiledObjective, whileCompiled } from './compiled-objective.ts'
import type { CompiledWork } from './compiled-work.ts'
import { type BatchOptions, meanOverBatches } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { parameterSize, withTensors } from './parameter-tensors.ts'

/** L(θ) and its gradient, in the order of `flatten(parameters)`. */
export interface LossAndGradient {
  readonly loss: number
  readonly gradient: Float64Array
}

/**
 * L over the whole data, at the objective's parameters: NaN or infinite where it is, as after a step too long.
 *
 * @throws RangeError (a rejection) when there are no parameters or no examples, or the loss does not depend on a
 *   parameter, the batch size is no positive integer, or the loss is no mean over examples although there are several
 *   micro-batches
 *
 * @example
 * const toy = functionObjective([tf.scalar(3)], ([w]) => w.square())
 * await evaluateLoss(toy) // 9
 */
export async function evaluateLoss(objective: Objective, options: BatchOptions = {}): Promise<number> {
  checkSizes(objective, options)
  checkPresent(objective)
  checkMean(objective, options)
  const [mean = NaN] = await compiledMean(objective, options, 1, ({ value }) => value)
  return mean
}

/**
 * L and ∇L over the whole data, at the objective's parameters.
 *
 * @throws RangeError (a rejection) as `evaluateLoss` does, and where the loss is not finite
 *
 * @example
 * const toy = functionObjective([tf.scalar(3)], ([w]) => w.square())
 * const { loss, gradient } = await evaluateGradient(toy)
 * loss // 9
 * gradient // [6]
 */
export async function evaluateGradient(
  objective: Objective,
  options: BatchOptions = {},
): Promise<LossAndGradient> {
  checkSizes(objective, options)
  checkMean(objective, options)
  const length = 1 + parameterSize(objective.parameters)
  const values = await compiledMean(objective, options, length, ({ gradient }) => gradient)
  const [loss = NaN] = values
  checkFiniteLoss(loss)
  return Object.freeze({ loss, gradient: values.slice(1) })
}

/** The mean over the micro-batches of work that runs compiled. */
async function compiledMean(
  objective: Objective,
  options: BatchOptions,
  length: number,
  workOf: (compiled: CompiledObjective) => CompiledWork<At, tf.Tensor[]>,
): Promise<Float64Array> {
  const { parameters, examples } = objective
  const mean = (there: Objective): Promise<Float64Array> => {
    const { run } = workOf(compiledOf(there))
    return meanOverBatches(examples, length, options, batch => {
      const { inputs, targets } = batch()
      return run(parameters, inputs, targets)
    })
  }
  return whileCompiled(objective, mean)
}

/**
 * Works on the same objective at another point, θ as one vector. The objective's own parameters do not move, so that
 * others may use them meanwhile.
 *
 * @throws RangeError (a rejection) when the point is not of θ's size, or the loss does not depend on the parameters
 *   that it is given: that of a `tf.LayersModel` does only with `layersModel`
 *
 * @example
 * const toy = functionObjective([tf.scalar(3)], ([w]) => w.square())
 * await atPoint(toy, Float64Array.of(5), there => evaluateLoss(there)) // 25
 */
export async function atPoint<T>(
  objective: Objective,
  point: Float64Array,
  work: (there: Objective) => T | Promise<T>,
): Promise<T> {
  const { parameters } = objective
  checkSizes(objective, {})
  checkLength('the point', point, parameterSize(parameters))
  checkMovable(objective)
  return withTensors(point, 1, parameters, there => work({ ...objective, parameters: there }))
}
