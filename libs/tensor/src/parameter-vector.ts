import * as tf from '@tensorflow/tfjs'

/**
 * All numbers of some tensors in one vector: each tensor row by row, one after another. It can be differentiated.
 *
 * @param tensors float32, of any shapes
 * @throws RangeError when there is no tensor, or one is not of float32
 *
 * @example
 * flatten([tf.tensor2d([[1, 2], [3, 4]]), tf.scalar(5)]) // [1, 2, 3, 4, 5]
 */
export function flatten(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  if (tensors.length === 0) throw new RangeError('flatten needs at least one tensor; got none')
  tensors.forEach((tensor, i) => {
    if (tensor.dtype !== 'float32')
      throw new RangeError(`flatten: tensor ${i} is of ${tensor.dtype}; it must be float32`)
  })
  return tf.tidy(() => tf.concat1d(tensors.map(tensor => tensor.reshape<tf.Tensor1D>([-1]))))
}

/**
 * The inverse of `flatten`: a vector cut into tensors of the given shapes. It can be differentiated.
 *
 * @param vector [n], with n the sum of the shapes' sizes
 * @throws RangeError when there is no shape, or the sizes do not add up to n
 *
 * @example
 * unflatten(tf.tensor1d([1, 2, 3, 4, 5]), [[2, 2], []]) // [[[1, 2], [3, 4]], 5]
 */
export function unflatten(vector: tf.Tensor1D, shapes: readonly (readonly number[])[]): tf.Tensor[] {
  const sizes = shapes.map(shape => tf.util.sizeFromShape([...shape]))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (shapes.length === 0 || vector.shape.join() !== String(total)) {
    throw new RangeError(
      `unflatten: the vector is of shape [${vector.shape.join()}], the ${shapes.length} shapes hold ${total} numbers`,
    )
  }
  return tf.tidy(() => tf.split(vector, sizes).map((part, i) => part.reshape([...(shapes[i] ?? [])])))
}
