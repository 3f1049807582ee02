import * as tf from '@tensorflow/tfjs'
import { checkObjective } from './check-objective.ts'
import { checkVector } from './checks.ts'
import { float32Error, type LinearOperator } from './linear-operator.ts'
import { type BatchOptions, meanOverBatches, type Range } from './micro-batches.ts'
import type { Batch, Objective } from './objective.ts'
import { parameterSize, withTensors } from './parameter-tensors.ts'

/** What a product does on one micro-batch: from v in the shapes of the parameters to tensors of the same shapes. */
export type BatchProduct = (batch: Batch, v: readonly tf.Tensor[], range: Range) => tf.Tensor[]

/** The operator whose product with v is the mean over the micro-batches of `product`, for an objective that is checked. */
export function objectiveOperator(
  objective: Objective,
  options: BatchOptions,
  product: BatchProduct,
): LinearOperator {
  checkObjective(objective, options)
  return Object.freeze({
    size: parameterSize(objective.parameters),
    relativeError: float32Error,
    apply: (v: Float64Array) => meanProduct(objective, options, product, v),
  })
}

/** v goes to the backend divided by a power of two near its largest entry, so that float32 holds it at any scale. */
export async function meanProduct(
  { parameters, examples }: Objective,
  options: BatchOptions,
  product: BatchProduct,
  v: Float64Array,
): Promise<Float64Array> {
  const size = parameterSize(parameters)
  const scale = checkedScale(v, size)
  if (scale === 0) return new Float64Array(size)
  const result = await withTensors(v, 1 / scale, parameters, direction =>
    meanOverBatches(examples, size, options, (batch, range) => product(batch, direction, range), scale),
  )
  return checkedProduct(result)
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

export function checkedProduct(product: Float64Array): Float64Array {
  let i = 0
  while (i < product.length && Number.isFinite(product[i])) i++
  if (i === product.length) return product
  throw new RangeError(
    `The product is ${product[i] ?? NaN} at entry ${i}: the parameters or the data are not finite, or float32 overflowed`,
  )
}

/** The inverse of a smaller scale would overflow float64. */
const SMALLEST_EXPONENT = -1000
