import { defaultDevice, grad, jvp, numpy as np } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import { gradients } from '../src/gradients.ts'
import { randomStream } from '../src/random-stream.ts'

/** An operation to be checked: in TensorFlow.js, and the same in jax-js, in float64. */
export interface DerivativeCase {
  /** What is checked; unique. */
  readonly name: string
  /** The kernel, or the customGrad, that the case verifies; left out where it is made of several. */
  readonly kernel?: string
  /** The shapes of what it is differentiated by. */
  readonly shapes: readonly (readonly number[])[]
  /** Where the values lie; default [−1.5, 1.5]. */
  readonly range?: readonly [number, number]
  readonly operation: (...parameters: tf.Tensor[]) => tf.Tensor
  /** An array that is used twice needs `.ref`. */
  readonly oracle: (...parameters: np.Array[]) => np.Array
}

/** What a product in float32 may be off, relatively. */
export const TOLERANCE = 2e-3

export interface HessianErrors {
  /** ‖product − differences‖ / ‖differences‖ against central differences of first gradients, in float32. */
  readonly differences: number
  /** The same against jax-js in float64. */
  readonly oracle: number
}

/** A loss that makes a Hessian of an operation, where and along which it is taken. */
export interface HessianProblem {
  readonly loss: (parameters: tf.Tensor[]) => tf.Tensor
  readonly parameters: tf.Tensor[]
  readonly v: tf.Tensor[]
  /** The same loss for jax-js. */
  readonly oracleLoss: (...parameters: np.Array[]) => np.Array
  /** A step for differences that crosses no kink. */
  readonly h: number
}

/**
 * L = ½ Σᵢ cᵢ yᵢ², y the operation's result, cᵢ random: quadratic on top, so that an operation that is linear has a
 * Hessian too, and each derivative of the operation takes part. The caller disposes of the tensors.
 */
export function hessianProblem(given: DerivativeCase): HessianProblem {
  const { values, h } = distinctValues(given)
  const parameters = given.shapes.map((shape, i) => tf.tensor(values[i] ?? [], [...shape]))
  const direction = randomStream(7).fork('direction')
  const v = parameters.map(({ shape, size }) => tf.tensor(direction.uniform(size), shape).mul(2).sub(1))
  const c = randomStream(7)
    .fork('weights')
    .uniform(given.operation(...parameters).size)
  const loss = (p: tf.Tensor[]): tf.Tensor => {
    const y = given.operation(...p)
    return y.square().mul(tf.tensor(c, y.shape)).sum().div(2)
  }
  const oracleLoss = (...p: np.Array[]): np.Array =>
    np.square(given.oracle(...p).ravel()).mul(float64(c, [c.length])).sum().mul(0.5) // prettier-ignore
  return { loss, parameters, v, oracleLoss, h }
}

/** A Hessian-vector product of `hessianProblem`, against two other ways to it. */
export function checkHessian(given: DerivativeCase): HessianErrors {
  return tf.tidy(() => {
    const { loss, parameters, v, oracleLoss, h } = hessianProblem(given)
    const product = hostVector(hessianVectorProduct(loss, parameters, v))
    const slopes = (t: number): Float64Array => {
      const moved = parameters.map((p, i) => p.add((v[i] ?? p).mul(t)))
      return hostVector(gradients(loss, moved).gradients)
    }
    const [a, b, d, e] = [slopes(-2 * h), slopes(-h), slopes(h), slopes(2 * h)]
    const differences = product.map((_, i) => (at(a, i) - at(e, i) + 8 * (at(d, i) - at(b, i))) / (12 * h))
    const oracle = oracleHessianVectorProduct(oracleLoss, given.shapes, parameters.map(host), v.map(host))
    return { differences: relativeError(product, differences), oracle: relativeError(product, oracle) }
  })
}

/** ∂/∂θ ⟨∂L/∂θ, v⟩, one tensor for each parameter. */
export function hessianVectorProduct(
  loss: (parameters: tf.Tensor[]) => tf.Tensor,
  parameters: tf.Tensor[],
  v: tf.Tensor[],
): tf.Tensor[] {
  const slope = (p: tf.Tensor[]): tf.Tensor =>
    tf.addN(gradients(loss, p).gradients.map((g, i) => g.mul(v[i] ?? g).sum()))
  return gradients(slope, parameters, { independent: 'zeros' }).gradients
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers against ${b.length}`)
  let difference = 0
  let norm = 0
  for (let i = 0; i < b.length; i++) {
    difference += (at(a, i) - at(b, i)) ** 2
    norm += at(b, i) ** 2
  }
  return Math.sqrt(difference / norm)
}

/** The same product by jax-js, in float64, as one vector. */
export function oracleHessianVectorProduct(
  loss: (...parameters: np.Array[]) => np.Array,
  shapes: readonly (readonly number[])[],
  values: readonly ArrayLike<number>[],
  v: readonly ArrayLike<number>[],
): Float64Array {
  defaultDevice('wasm')
  const slope = grad(loss, { argnums: shapes.map((_, i) => i) }) as (...p: np.Array[]) => np.Array[]
  const arrays = (data: readonly ArrayLike<number>[]): np.Array[] =>
    data.map((x, i) => float64(x, shapes[i] ?? []))
  const [, product] = jvp(slope, arrays(values), arrays(v))
  return Float64Array.from(product.flatMap(part => [...(part.dataSync() as Float64Array)]))
}

/** An array of jax-js. */
export function float64(data: ArrayLike<number>, shape: readonly number[]): np.Array {
  return np.array(Float64Array.from(data), { shape: [...shape], dtype: np.float64 })
}

/**
 * All values are apart by one spacing, in random order, and lie half of one beside 0: no step of the differences
 * then crosses the kink of a relu or changes which value is a maximum.
 */
function distinctValues({ shapes, range: [low, high] = [-1.5, 1.5] }: DerivativeCase): {
  readonly values: readonly Float32Array[]
  readonly h: number
} {
  const sizes = shapes.map(shape => tf.util.sizeFromShape([...shape]))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const spacing = (high - low) / total
  const keys = randomStream(7).fork('order').uniform(total)
  const order = Array.from(keys, (_, i) => i).sort((a, b) => at(keys, a) - at(keys, b))
  let start = 0
  const values = sizes.map(size => {
    const part = Float32Array.from(order.slice(start, start + size), place => low + (place + 0.5) * spacing)
    start += size
    return part
  })
  return { values, h: Math.min(0.02, spacing / 5) }
}

function hostVector(tensors: tf.Tensor[]): Float64Array {
  return Float64Array.from(tensors.flatMap(tensor => [...tensor.dataSync()]))
}

function host(tensor: tf.Tensor): Float64Array {
  return Float64Array.from(tensor.dataSync())
}

function at(values: ArrayLike<number>, i: number): number {
  return values[i] ?? NaN
}
