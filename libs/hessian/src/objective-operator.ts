import * as tf from '@tensorflow/tfjs'
import { checkObjective } from './check-objective.ts'
import { checkFiniteLoss, checkVector } from './checks.ts'
import type { At } from './compiled-objective.ts'
import type { LinearWork } from './compiled-work.ts'
import { float32Error, type LinearOperator, type OpenOperator } from './linear-operator.ts'
import { type BatchOptions, type BatchWork, meanOverBatches } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { keptPoints } from './kept-points.ts'
import { parameterSize, withTensors } from './parameter-tensors.ts'

/**
 * What a product does on one micro-batch: from v in the shapes of the parameters to the loss, or another scalar that is not
 * finite where something is not, and tensors of the same shapes as v.
 */
export type BatchProduct = LinearWork<At, readonly tf.Tensor[], tf.Tensor[]>

/**
 * How many bytes an open operator keeps at most of what does not depend on v: activations of some hundred micro-batches of
 * a small network, some of a large one. The others are computed anew for each v, so that memory does not grow with the
 * data.
 */
export const KEPT_BYTES = 512e6

/**
 * The operator whose product with v is the mean over the micro-batches of `product`, for an objective that is checked.
 *
 * @param examples what the products are taken over, where it is not the objective's own
 */
export function objectiveOperator(
  objective: Objective,
  options: BatchOptions,
  product: BatchProduct,
  examples = objective.examples,
): LinearOperator {
  checkObjective(objective, options)
  return operatorOf({ ...objective, examples }, options, product)
}

/** The same for an objective that was checked before. */
export function operatorOf(
  objective: Objective,
  options: BatchOptions,
  product: BatchProduct,
): LinearOperator {
  const open = (bytes: number): OpenOperator => openProduct(objective, options, product, bytes)
  return Object.freeze({
    size: parameterSize(objective.parameters),
    relativeError: float32Error,
    apply: async (v: Float64Array) => {
      const { apply, close } = open(0)
      try {
        return await apply(v)
      } finally {
        close()
      }
    },
    open: () => open(KEPT_BYTES),
  })
}

function openProduct(
  objective: Objective,
  options: BatchOptions,
  product: BatchProduct,
  bytes: number,
): OpenOperator {
  const { parameters } = objective
  const points = keptPoints(product, bytes)
  return {
    apply: v =>
      meanProduct(
        objective,
        options,
        v,
        direction =>
          (batch, { start }) =>
            points.apply(
              start,
              () => {
                const { inputs, targets } = batch()
                return [parameters, inputs, targets]
              },
              direction,
            ),
      ),
    close: points.dispose,
  }
}

/** v goes to the backend divided by a power of two near its largest entry, so that float32 holds it at any scale. */
async function meanProduct(
  { parameters, examples }: Objective,
  options: BatchOptions,
  v: Float64Array,
  workOf: (direction: readonly tf.Tensor[]) => BatchWork<tf.Tensor[]>,
): Promise<Float64Array> {
  const size = parameterSize(parameters)
  const scale = checkedScale(v, size)
  if (scale === 0) return new Float64Array(size)
  const mean = await withTensors(v, 1 / scale, parameters, direction =>
    meanOverBatches(examples, 1 + size, options, workOf(direction)),
  )
  checkFiniteLoss(mean[0] ?? NaN)
  return checkedProduct(mean.subarray(1), scale)
}

/** The power of two below the largest |vᵢ| of a vector of this size; 0 for v = 0. Dividing by it rounds nothing. */
export function checkedScale(v: Float64Array, size: number): number {
  let largest = 0
  let sum = 0
  // By index: on a million entries `for of`, `map` and their like take ten times as long.
  let i = 0
  while (i < v.length) {
    const entry = Math.abs(v[i++] ?? NaN)
    if (entry > largest) largest = entry
    sum += entry
  }
  if (v.length !== size || !Number.isFinite(sum)) checkVector('v', v, size)
  return largest === 0 ? 0 : 2 ** Math.max(Math.floor(Math.log2(largest)), SMALLEST_EXPONENT)
}

/** A multiple of a product, refused where it is not finite. */
export function checkedProduct(product: Float64Array, factor: number): Float64Array {
  const result = new Float64Array(product.length)
  for (let i = 0; i < result.length; i++) {
    const entry = factor * (product[i] ?? NaN)
    if (!Number.isFinite(entry)) {
      throw new RangeError(
        `The product is ${entry} at entry ${i}: the parameters or the data are not finite, or float32 overflowed`,
      )
    }
    result[i] = entry
  }
  return result
}

/** The inverse of a smaller scale would overflow float64. */
const SMALLEST_EXPONENT = -1000
