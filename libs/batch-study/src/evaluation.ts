import { compile } from '@flatland/compile'
import type { Network, Pass } from '@flatland/networks'
import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { evenParts } from './even-parts.ts'
import { EVALUATED_AT_ONCE, populationStatistics } from './population-statistics.ts'
import type { TrialImages } from './trial-data.ts'
import type { Trial } from './trial.ts'

/** Mean loss and share of what is predicted right: images, or hidden tokens. */
interface Measured {
  readonly loss: number
  readonly accuracy: number
}

export interface Evaluation {
  /** Over the first of the training images, and all of those held out. */
  readonly at: (
    train: TrialImages,
    first: number,
    heldOut: TrialImages,
  ) => { readonly train: Measured; readonly heldOut: Measured }
  readonly dispose: () => void
}

interface EvaluationOptions {
  readonly dtype: Trial['evaluation']['dtype']
  /** As a trial says; or the statistics to take, which stay the caller's. */
  readonly normalization: Trial['evaluation']['normalization'] | readonly tf.Tensor[]
}

/** Evaluates a network at its variables, compiled. */
export function evaluation(
  network: Network,
  parameters: readonly tf.Variable[],
  { dtype, normalization }: EvaluationOptions,
): Evaluation {
  const population = populationStatistics(network, parameters)
  const logits = compile((x: tf.Tensor, pass: Statistics) => network.logits(parameters, x, pass))
  const totals = compile((x: tf.Tensor, labels: tf.Tensor, pass: Statistics) =>
    tf.tidy(() => {
      const z = network.logits(parameters, x, pass)
      const loss = crossEntropy(z, tf.oneHot(labels, network.classes).toFloat())
      const right = z.argMax<tf.Tensor>(1).equal(labels).toFloat().mean()
      return tf.stack([loss, right])
    }),
  )
  const ofBatch = (x: tf.Tensor, labels: tf.Tensor1D, pass: Statistics): readonly [number, number] => {
    if (dtype === 'float64') return lossAndRight(read(logits(x, pass)), labels.dataSync())
    const [loss = NaN, right = NaN] = read(totals(x, labels, pass))
    return [loss * labels.size, right * labels.size]
  }
  const over = ({ x, labels, size: all }: TrialImages, first: number, pass: Statistics): Measured => {
    let [loss, right] = [0, 0]
    const predictions = labels.size / all
    for (const [from, size] of evenParts(first, Math.ceil(EVALUATED_AT_ONCE / predictions))) {
      const chunk = x.slice(from, size)
      const classes = tf.tidy(() => labels.slice(from, size).flatten())
      const [l, r] = ofBatch(chunk, classes, pass)
      tf.dispose([chunk, classes])
      loss += l
      right += r
    }
    const count = first * predictions
    return { loss: loss / count, accuracy: right / count }
  }
  return {
    at: (train, first, heldOut) => {
      const own = normalization === 'population' ? population.over(train, first) : []
      const statistics = normalization === 'population' ? own : normalization
      const pass: Statistics = statistics === 'batch' ? {} : { statistics }
      const measured = { train: over(train, first, pass), heldOut: over(heldOut, heldOut.size, pass) }
      tf.dispose(own)
      return measured
    },
    dispose: () => {
      population.dispose()
      logits.dispose()
      totals.dispose()
    },
  }
}

type Statistics = Pick<Pass, 'statistics'>

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
