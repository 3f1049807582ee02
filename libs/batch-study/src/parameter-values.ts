import { createHash } from 'node:crypto'
import { type Network, parameterCount } from '@flatland/networks'
import { flatten, unflatten } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

/** All numbers of θ, one tensor after another. */
export function readParameters(parameters: readonly tf.Tensor[]): Float32Array {
  const flat = flatten(parameters)
  // A copy: what the backend gives may be its own memory.
  const values = Float32Array.from(flat.dataSync<'float32'>())
  flat.dispose()
  return values
}

/**
 * Variables with these numbers, in the shapes of a network.
 *
 * @param values as many as it has
 * @returns to be disposed of by the caller
 */
export function parametersFrom(network: Network, values: Float32Array): tf.Variable[] {
  return tf.tidy(() =>
    unflatten(
      tf.tensor1d(values),
      network.parameterShapes.map(({ shape }) => shape),
    ).map(each => tf.variable(each)),
  )
}

/** Under what numbers are kept: the SHA-256 of their bytes as they lie, in hexadecimal. */
export function hashOfParameters(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return createHash('sha256').update(bytes).digest('hex')
}

/** @returns why a network cannot start from these numbers under that hash, if it cannot */
export function refusedStart(
  network: Network,
  sha256: string,
  values: Float32Array | undefined,
): string | undefined {
  if (values === undefined) return `is ${sha256}; no parameters are kept under it`
  const size = parameterCount(network)
  if (values.length !== size)
    return `is ${sha256}, of ${values.length} numbers; it must be one of ${size}, which ${network.name} has`
  return hashOfParameters(values) === sha256 ? undefined : `is ${sha256}; those given are others`
}
