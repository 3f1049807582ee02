import { compile } from '@flatland/compile'
import { permutation } from '@flatland/datasets'
import type { Network, Pass } from '@flatland/networks'
import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { cosinesFromGram, noiseFromGram } from './gradient-noise.ts'
import { imagesAt, type TrialImages } from './trial-data.ts'
import type { BatchNoise } from './trial-result.ts'

/** Which batches: so many of such a size, others for each draw. */
interface NoiseBatches {
  readonly batches: number
  readonly batchSize: number
  readonly seed: number
  readonly draw: number
}

export interface NoiseMeter {
  /** @returns `null` where a loss or a gradient is not finite */
  readonly at: (which: NoiseBatches) => BatchNoise | null
  readonly dispose: () => void
}

/**
 * Measures how far losses and gradients of batches are from each other, at the network's variables. Holds the gradients
 * of all batches at once: `batches` times the parameters.
 *
 * @param pass how a batch passes
 */
export function noiseMeter(
  network: Network,
  parameters: readonly tf.Variable[],
  images: TrialImages,
  pass: Pass,
): NoiseMeter {
  const lossAndGradient = compile((places: tf.Tensor) =>
    tf.tidy(() => {
      const { x, labels } = imagesAt(images, places)
      const y = tf.oneHot(labels, network.classes).toFloat()
      const loss = (): tf.Scalar => crossEntropy(network.logits(parameters, x, pass), y)
      const { value, grads } = tf.variableGrads(loss, [...parameters])
      const flat = parameters.map(({ name }) => grads[name]?.reshape<tf.Tensor1D>([-1]) ?? never())
      return [value, tf.concat1d(flat)] as [tf.Tensor, tf.Tensor]
    }),
  )
  const at: NoiseMeter['at'] = ({ batches, batchSize, seed, draw }) => {
    const losses: number[] = []
    const gradients: tf.Tensor[] = []
    const order = Int32Array.from(permutation(images.size, seed, `noise/${draw}`))
    for (let batch = 0; batch < batches; batch++) {
      const places = tf.tensor1d(order.subarray(batch * batchSize, (batch + 1) * batchSize), 'int32')
      const [loss, gradient] = lossAndGradient(places)
      losses.push(loss.dataSync()[0] ?? NaN)
      gradients.push(gradient)
      tf.dispose([places, loss])
    }
    const gram = tf.tidy(() => {
      const rows = tf.stack(gradients)
      return tf.matMul<tf.Tensor2D>(rows, rows, false, true).arraySync()
    })
    tf.dispose(gradients)
    return summary(losses, gram, batchSize)
  }
  return {
    at,
    dispose: () => {
      lossAndGradient.dispose()
    },
  }
}

function summary(losses: readonly number[], gram: readonly number[][], batchSize: number): BatchNoise | null {
  if (![...losses, ...gram.flat()].every(Number.isFinite)) return null
  const [loss, lossSpread] = meanAndDeviation(losses)
  const cosines = cosinesFromGram(gram)
  const known = cosines.filter(cosine => cosine !== null)
  const [cosine, cosineSpread] = known.length < cosines.length ? [null, null] : meanAndDeviation(known)
  const total = gram.flat().reduce((a, b) => a + b, 0)
  return {
    batchSize,
    batches: losses.length,
    loss,
    lossSpread,
    cosine,
    cosineSpread,
    // Rounding can make the square of a norm near 0 negative.
    gradientNorm: Math.sqrt(Math.max(0, total)) / losses.length,
    ...noiseFromGram(gram, batchSize),
  }
}

/** With n − 1 in the deviation; 0 for a single value. */
function meanAndDeviation(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return [mean, Math.sqrt(squares / Math.max(1, values.length - 1))]
}

function never(): never {
  throw new Error('the loss does not depend on a parameter')
}
