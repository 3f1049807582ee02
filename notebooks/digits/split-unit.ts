/** The saddle of notebooks 03 and 07: a trained unit split in two, on digits of 4×4 pixels. */
import { mnist, pixels } from '@flatland/datasets'
import {
  gradientDescent,
  modelObjective,
  type ModelObjective,
  saddleFreeNewton,
  tensorExamples,
} from '@flatland/hessian'
import { randomStream, unflatten } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

export interface SplitUnit {
  /** The mean squared error of 16–2–10 with tanh, at the saddle. */
  readonly objective: ModelObjective
  /** [examples, 16] and, one-hot, [examples, 10]. */
  readonly inputs: tf.Tensor2D
  readonly targets: tf.Tensor2D
}

export interface SplitUnitOptions {
  /** The first so many training images of MNIST. */
  readonly examples: number
  /** α: the part of the outgoing weights that the first of the two units gets. */
  readonly share: number
  /** Of the start. */
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Trains 16–1–10 to a critical point (gradient descent, then saddle-free Newton with the whole spectrum), and splits
 * the unit: the wider network computes the same function and has the same zero gradient (Fukumizu and Amari 2000).
 */
export async function splitUnit({ examples, share, seed, signal }: SplitUnitOptions): Promise<SplitUnit> {
  const { inputs, targets } = await smallDigits(examples)
  const squaredError = (parameters: readonly tf.Tensor[]): ModelObjective =>
    modelObjective({
      parameters,
      outputs: network,
      outputLoss: (outputs, wanted) => outputs.sub(wanted).square().sum(1).mean(),
      examples: tensorExamples(inputs, targets),
    })
  const random = randomStream(seed)
  const start = squaredError([
    tf.tensor2d(random.normal(16), [16, 1]).div(4),
    tf.zeros([1]),
    tf.tensor2d(random.normal(10), [1, 10]),
    tf.zeros([10]),
  ])
  const at = (theta: Float64Array): tf.Tensor[] =>
    unflatten(
      tf.tensor1d(Float32Array.from(theta)),
      start.parameters.map(({ shape }) => shape),
    )
  const rough = await gradientDescent(start, { learningRate: 0.1, steps: 300, signal })
  const newton = { steps: 60, dimension: 37, damping: 1e-5, signal }
  const { parameters } = await saddleFreeNewton(squaredError(at(rough.parameters)), newton)
  const [w1, b1, w2, b2] = at(parameters) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  const split = [
    tf.concat([w1, w1], 1),
    tf.concat([b1, b1]),
    tf.concat([w2.mul(share), w2.mul(1 - share)]),
    b2,
  ]
  return { objective: squaredError(split), inputs, targets }
}

function network(parameters: readonly tf.Tensor[], x: tf.Tensor): tf.Tensor {
  const [w1, b1, w2, b2] = parameters as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
  return tf.tanh(x.matMul(w1).add(b1)).matMul(w2).add(b2)
}

async function smallDigits(examples: number): Promise<Pick<SplitUnit, 'inputs' | 'targets'>> {
  const { train } = await mnist()
  const chosen = Uint32Array.from({ length: examples }, (_, i) => i)
  return tf.tidy(() => {
    const images = tf.tensor4d(pixels(train, chosen), [examples, 28, 28, 1])
    const labels = tf.tensor1d(Int32Array.from(train.labels.subarray(0, examples)), 'int32')
    return {
      inputs: tf.avgPool(images, 7, 7, 'valid').reshape<tf.Tensor2D>([examples, 16]),
      targets: tf.oneHot(labels, 10).toFloat() as tf.Tensor2D,
    }
  })
}
