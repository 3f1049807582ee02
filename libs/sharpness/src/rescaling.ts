import * as tf from '@tensorflow/tfjs'
import { checkPositive } from './checks.ts'

/**
 * Rescales the layers of a ReLU network so that its function stays as it is (Dinh, Pascanu, Bengio and Bengio 2017,
 * definition 5): max(0, a x) = a max(0, x) for a > 0, so that what hidden layer l gives may be multiplied by aₗ, and
 * divided out in the next,
 *
 *   Wₗ ← (aₗ / aₗ₋₁) Wₗ,   bₗ ← aₗ bₗ,   with 1 for the inputs and the outputs.
 *
 * Of two layers it is (a θ₁, θ₂ / a). With powers of 2 float32 rounds nothing, but for what becomes too small for it.
 *
 * @param parameters from the first layer to the last: of each its weights, of rank 2 or more, and then its bias, of rank 1, if it
 *   has one. They are only read; the ones returned are the caller's
 * @param scales aₗ > 0, one for each hidden layer
 * @throws RangeError when the parameters do not lie so, there is not one layer more than scales, or a scale is not positive
 *
 * @example
 * const [w1, b1, w2] = rescaleLayers([tf.tensor2d([[3]]), tf.tensor1d([1]), tf.tensor2d([[5]])], [10])
 * w1 // [[30]]
 * b1 // [10]
 * w2 // [[0.5]]
 */
export function rescaleLayers(parameters: readonly tf.Tensor[], scales: readonly number[]): tf.Tensor[] {
  scales.forEach((scale, i) => {
    checkPositive(`scale ${i}`, scale)
  })
  const layers = layersOf(parameters)
  const count = Math.max(-1, ...layers) + 1
  if (count !== scales.length + 1) {
    throw new RangeError(
      `rescaleLayers: there are ${count} layers and ${scales.length} scales; give one for each hidden layer, one less than layers`,
    )
  }
  const after = (layer: number): number => scales[layer] ?? 1
  return tf.tidy(() =>
    parameters.map((parameter, i) => {
      const layer = layers[i] ?? NaN
      return parameter.mul(parameter.rank === 1 ? after(layer) : after(layer) / after(layer - 1))
    }),
  )
}

/** To which layer each parameter belongs. */
function layersOf(parameters: readonly tf.Tensor[]): number[] {
  let layer = -1
  return parameters.map(({ rank, shape }, i) => {
    if (rank > 1) return ++layer
    if (rank === 1 && (parameters[i - 1]?.rank ?? 0) > 1) return layer
    throw new RangeError(
      `rescaleLayers: parameter ${i} of shape [${shape.join()}] is neither weights, of rank 2 or more, nor the one bias ` +
        'after them: give only the layers of a plain network, without normalisation',
    )
  })
}
