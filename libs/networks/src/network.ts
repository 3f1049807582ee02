import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '@flatland/tensor'

/** One parameter tensor of a network: what it is called, its shape, and what its start is scaled by. */
export interface ParameterShape {
  readonly name: string
  readonly shape: readonly number[]
  /** Inputs to one output unit; biases, which start at 0, have none. */
  readonly fanIn?: number
}

/**
 * A classifier as a pure function of its parameters: `logits(θ, x)`. It holds no tensors, so one network value
 * serves any number of parameter vectors.
 */
export interface Network {
  readonly name: string
  /** Shape of one example, without the batch. */
  readonly inputShape: readonly number[]
  readonly classes: number
  readonly parameterShapes: readonly ParameterShape[]
  /**
   * @param parameters θ, in the order and shapes of `parameterShapes`
   * @param inputs x, shape [b, …inputShape], float32
   * @returns shape [b, classes]; the caller disposes it
   */
  readonly logits: (parameters: readonly tf.Tensor[], inputs: tf.Tensor) => tf.Tensor2D
}

/** The number of scalars in θ. */
export function parameterCount(network: Network): number {
  return network.parameterShapes.reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0)
}

/**
 * A start for training: weights w ~ N(0, 2 / fanIn) (He et al. 2015, equation 10), biases 0. Each tensor draws
 * from its own fork of the stream, so a start does not change when a layer is added behind it.
 *
 * @returns variables, in the order of `parameterShapes`; the caller disposes them
 */
export function initialParameters(network: Network, stream: RandomStream): tf.Variable[] {
  return network.parameterShapes.map(({ name, shape, fanIn }) => {
    const size = tf.util.sizeFromShape([...shape])
    const values = fanIn === undefined ? new Float32Array(size) : stream.fork(name).normal(size)
    const scale = fanIn === undefined ? 0 : Math.sqrt(2 / fanIn)
    const scaled = values.map(value => value * scale)
    // Inside tidy, since a variable keeps its own reference and the tensor it started from would stay behind.
    return tf.tidy(() => tf.variable(tf.tensor(scaled, [...shape])))
  })
}

/** Refuses sizes that make no network, before anything is built on them. */
export function checkSizes(owner: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${owner}: ${name} is ${value}; it must be a positive integer`)
    }
  }
}

/**
 * The parameters θ one by one, in order.
 *
 * @throws RangeError at once when their number is not the network's
 */
export function takeParameters(
  network: string,
  parameters: readonly tf.Tensor[],
  expected: number,
): () => tf.Tensor {
  if (parameters.length !== expected) {
    throw new RangeError(`${network}: got ${parameters.length} parameter tensors; it has ${expected}`)
  }
  let next = 0
  return () => {
    const parameter = parameters[next++]
    if (parameter === undefined) throw new RangeError(`${network}: takes more parameter tensors than it has`)
    return parameter
  }
}

/** x W + b, shapes [b, i] · [i, o] + [o]. */
export function dense(x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  return tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D).add(bias)
}
