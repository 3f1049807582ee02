/** The small network of notebook 01, as worker processes make it: 10×10 digits, one hidden layer of tanh units. */
import { mnist } from '@flatland/datasets'
import { classification, type Objective } from '@flatland/hessian'
import { initialParameters, type Network } from '@flatland/networks'
import { flatten, randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

export interface SmallDigits {
  /** The first so many training images of MNIST. */
  readonly examples: number
  /** Hidden units h; there are 111 h + 10 parameters. */
  readonly hidden: number
}

/** A network on its way. */
export interface Snapshot {
  readonly seed: number
  /** Steps that were taken. */
  readonly step: number
  readonly loss: number
  /** θ. */
  readonly parameters: Float64Array
}

/**
 * The mean cross-entropy of 100–h–10 on the first images of MNIST: smooth, so that its second derivatives say what they
 * should.
 */
export async function digitLoss(sizes: SmallDigits): Promise<Objective> {
  const network = tanhNetwork(sizes.hidden)
  return objectiveOf(network, initialParameters(network, randomStream(0)), await smallImages(sizes.examples))
}

/** Trains with Adam at a rate of 0.01 on all examples at once; a task says from which seed, and when to look. */
export async function trainDigits(
  sizes: SmallDigits,
): Promise<(task: { readonly seed: number; readonly steps: readonly number[] }) => Snapshot[]> {
  const network = tanhNetwork(sizes.hidden)
  const images = await smallImages(sizes.examples)
  return ({ seed, steps }) => {
    const parameters = initialParameters(network, randomStream(seed))
    const { loss, examples } = objectiveOf(network, parameters, images)
    const optimizer = tf.train.adam(0.01)
    const all = examples.slice(0, examples.size)
    const value = (): tf.Scalar => tf.tidy(() => loss(parameters, all).asScalar())
    const snapshots: Snapshot[] = []
    for (let step = 0; step <= Math.max(...steps); step++) {
      if (steps.includes(step)) {
        const here = value()
        snapshots.push({ seed, step, loss: here.dataSync()[0] ?? NaN, parameters: vector(parameters) })
        here.dispose()
      }
      optimizer.minimize(value, false, parameters)
    }
    tf.dispose([...parameters, all.inputs, all.targets])
    optimizer.dispose()
    return snapshots
  }
}

interface Images {
  readonly inputs: tf.Tensor2D
  readonly labels: Uint8Array
}

function objectiveOf(network: Network, parameters: readonly tf.Variable[], images: Images): Objective {
  return classification({ ...network, parameters, ...images })
}

/** 100–h–10 with tanh. */
function tanhNetwork(hidden: number): Network {
  return {
    name: `mlp 100–${hidden}–10, tanh`,
    inputShape: [100],
    classes: 10,
    parameterShapes: [
      { name: 'hidden/weights', shape: [100, hidden], fanIn: 100 },
      { name: 'hidden/bias', shape: [hidden] },
      { name: 'output/weights', shape: [hidden, 10], fanIn: hidden },
      { name: 'output/bias', shape: [10] },
    ],
    statisticShapes: [],
    batchStatistics: () => [],
    logits: (parameters, inputs) => {
      const [w, b, v, c] = parameters as readonly [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D]
      return tf.matMul(tf.tanh(tf.matMul(inputs as tf.Tensor2D, w).add(b)), v).add(c)
    },
  }
}

/** MNIST's digits fill 20×20 of 28×28 pixels: of these, the means of 2×2, from 0 to 1. */
async function smallImages(examples: number): Promise<Images> {
  const { train } = await mnist()
  const values = new Float32Array(examples * 100)
  for (let i = 0; i < values.length; i++) {
    const [image, row, column] = [Math.floor(i / 100), Math.floor(i / 10) % 10, i % 10]
    const corner = image * 784 + (4 + 2 * row) * 28 + 4 + 2 * column
    const four = [corner, corner + 1, corner + 28, corner + 29]
    values[i] = four.reduce((sum, pixel) => sum + (train.images[pixel] ?? NaN), 0) / (4 * 255)
  }
  return { inputs: tf.tensor2d(values, [examples, 100]), labels: train.labels.slice(0, examples) }
}

function vector(parameters: readonly tf.Variable[]): Float64Array {
  const flat = flatten(parameters)
  const values = Float64Array.from(flat.dataSync())
  flat.dispose()
  return values
}
