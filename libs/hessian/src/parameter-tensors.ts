import * as tf from '@tensorflow/tfjs'

/** The number of scalars in θ. */
export function parameterSize(parameters: readonly tf.Tensor[]): number {
  return parameters.reduce((sum, { size }) => sum + size, 0)
}

/** Refuses tensors of other shapes, which would broadcast or be left out where they meet. */
export function checkShapes(name: string, tensors: readonly tf.Tensor[], like: readonly tf.Tensor[]): void {
  const [given, wanted] = [shapesOf(tensors), shapesOf(like)]
  if (given !== wanted) throw new RangeError(`${name} is of shape ${given}; it must be of ${wanted}`)
}

function shapesOf(tensors: readonly tf.Tensor[]): string {
  return tensors.map(({ shape }) => `[${shape.join()}]`).join(' ')
}

/** A float64 vector times a factor, as float32 tensors in the shapes of the parameters, while `work` lasts. */
export async function withTensors<T>(
  vector: Float64Array,
  factor: number,
  parameters: readonly tf.Tensor[],
  work: (tensors: readonly tf.Tensor[]) => T | Promise<T>,
): Promise<T> {
  const tensors = tensorsOf(vector, factor, parameters)
  try {
    return await work(tensors)
  } finally {
    tf.dispose(tensors)
  }
}

/** The same, until the caller disposes of them. */
export function tensorsOf(
  vector: Float64Array,
  factor: number,
  parameters: readonly tf.Tensor[],
): tf.Tensor[] {
  let offset = 0
  return parameters.map(({ shape, size }) => {
    offset += size
    return tf.tensor(float32Part(vector, factor, offset - size, offset), shape)
  })
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

/**
 * A scalar whose gradient in the tensors a is v, as that of Σᵢ ⟨aᵢ, vᵢ⟩ is: only as the value of `gradients` itself, for a
 * factor of it would be lost. Its own value is not that sum, which would cost two passes over all parameters.
 *
 * @param value what stands in for it: the loss that the aᵢ come from, so that one that is not finite is refused
 */
export function seededWith(v: readonly tf.Tensor[], a: readonly tf.Tensor[], value: tf.Tensor): tf.Tensor {
  const seed = tf.customGrad(() => ({ value: value.clone(), gradFunc: () => v.map(each => each.clone()) }))
  return seed(...a)
}
