import * as tf from '@tensorflow/tfjs'

/** The number of scalars in θ. */
export function parameterSize(parameters: readonly tf.Tensor[]): number {
  return parameters.reduce((sum, { size }) => sum + size, 0)
}

/** A float64 vector times a factor, as float32 tensors in the shapes of the parameters, while `work` lasts. */
export async function withTensors<T>(
  vector: Float64Array,
  factor: number,
  parameters: readonly tf.Tensor[],
  work: (tensors: readonly tf.Tensor[]) => T | Promise<T>,
): Promise<T> {
  let offset = 0
  const tensors = parameters.map(({ shape, size }) => {
    offset += size
    return tf.tensor(float32Part(vector, factor, offset - size, offset), shape)
  })
  try {
    return await work(tensors)
  } finally {
    tf.dispose(tensors)
  }
}

/** Entries start … end − 1 times a factor. */
export function float32Part(vector: Float64Array, factor: number, start: number, end: number): Float32Array {
  const part = new Float32Array(end - start)
  for (let i = 0; i < part.length; i++) part[i] = factor * (vector[start + i] ?? NaN)
  return part
}

/** θ as one float64 vector. */
export function parameterValues(parameters: readonly tf.Tensor[]): Float64Array {
  const values = new Float64Array(parameterSize(parameters))
  let offset = 0
  for (const parameter of parameters) {
    values.set(parameter.dataSync(), offset)
    offset += parameter.size
  }
  return values
}

/** Σᵢ ⟨aᵢ, bᵢ⟩, differentiable. */
export function innerProduct(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): tf.Tensor {
  return tf.addN(a.map((each, i) => each.mul(b[i] ?? 0).sum()))
}
