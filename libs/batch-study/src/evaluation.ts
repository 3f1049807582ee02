import { compile } from '@flatland/compile'
import type { Network } from '@flatland/networks'
import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import type { TrialImages } from './trial-data.ts'
import type { Trial } from './trial.ts'

/** Of images at once: the activations of a small convolutional network are 100 MB then. */
const CHUNK = 500

export interface Evaluation {
  /** Mean loss and share of images that are classified right, over the first images. */
  readonly at: (images: TrialImages, first: number) => { loss: number; accuracy: number }
  readonly dispose: () => void
}

/** Evaluates a network at its variables, compiled. */
export function evaluation(
  network: Network,
  parameters: readonly tf.Variable[],
  dtype: Trial['evaluation']['dtype'],
): Evaluation {
  const logits = compile((x: tf.Tensor) => network.logits(parameters, x))
  const totals = compile((x: tf.Tensor, labels: tf.Tensor) =>
    tf.tidy(() => {
      const z = network.logits(parameters, x)
      const loss = crossEntropy(z, tf.oneHot(labels, network.classes).toFloat())
      const right = z.argMax<tf.Tensor>(1).equal(labels).toFloat().mean()
      return tf.stack([loss, right])
    }),
  )
  const ofBatch = (x: tf.Tensor, labels: tf.Tensor1D): readonly [number, number] => {
    if (dtype === 'float64') return lossAndRight(read(logits(x)), labels.dataSync())
    const [loss = NaN, right = NaN] = read(totals(x, labels))
    return [loss * labels.size, right * labels.size]
  }
  return {
    at: ({ x, labels }, first) => {
      let [loss, right] = [0, 0]
      for (let from = 0; from < first; from += CHUNK) {
        const size = Math.min(CHUNK, first - from)
        const [chunk, classes] = [x.slice(from, size), labels.slice(from, size)]
        const [l, r] = ofBatch(chunk, classes)
        tf.dispose([chunk, classes])
        loss += l
        right += r
      }
      return { loss: loss / first, accuracy: right / first }
    },
    dispose: () => {
      logits.dispose()
      totals.dispose()
    },
  }
}

function read(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<'float32'>()
  tensor.dispose()
  return values
}

/** The sum of −log softmax(z)ᵧ in float64, and how many y are where z is largest. */
function lossAndRight(
  logits: Float32Array,
  labels: Int32Array | Float32Array | Uint8Array,
): readonly [number, number] {
  const classes = logits.length / labels.length
  let [loss, right] = [0, 0]
  labels.forEach((label, i) => {
    const z = logits.subarray(i * classes, (i + 1) * classes)
    const largest = Math.max(...z)
    const sum = z.reduce((total, value) => total + Math.exp(value - largest), 0)
    loss += largest + Math.log(sum) - (z[label] ?? NaN)
    if (z.indexOf(largest) === label) right++
  })
  return [loss, right]
}
