import * as tf from '@tensorflow/tfjs'
import type { RandomStream } from '@flatland/tensor'

/** One parameter tensor of a network: what it is called, its shape, and how it starts. */
export interface ParameterShape {
  readonly name: string
  readonly shape: readonly number[]
  /** Inputs to one output unit, by which a random start is scaled; biases have none. */
  readonly fanIn?: number
  /** How weights start. Default `normal`, N(0, 2/fanIn); `uniform`: on ±1/√fanIn. */
  readonly distribution?: 'normal' | 'uniform'
  /** Standard deviation of a normal start that no `fanIn` scales, N(0, deviation²). */
  readonly deviation?: number
  /** Where all numbers of it start, e.g. 1 for the scale of a normalisation. Default 0 where nothing is drawn. */
  readonly start?: number
}

/** How a batch passes. What a network does not have, it ignores: one without dropout its seed. */
export interface Pass {
  /**
   * Mean and variance of each batch normalisation, in the order and shapes of `statisticShapes`. Default: those of the
   * batch itself.
   */
  readonly statistics?: readonly tf.Tensor[]
  /** int32, shape [2]: drops units as drawn from it; another one is needed at each step. Default: none is dropped. */
  readonly dropoutSeed?: tf.Tensor
  /**
   * Statistics are taken over parts of the batch of this size, in order (ghost batch normalisation, Hoffer et al.
   * 2017); a last part that is smaller stands for itself. Default: the whole batch.
   */
  readonly ghostBatch?: number
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
  /** Mean and variance of each batch normalisation; none in a network without. */
  readonly statisticShapes: readonly ParameterShape[]
  /**
   * @param parameters θ, in the order and shapes of `parameterShapes`
   * @param inputs x, shape [b, …inputShape], float32; int32 where a network takes tokens
   * @returns shape [b, classes], or [b · P, classes] where it makes P predictions an example; the caller disposes it
   * @throws RangeError on another number of parameters; on a pass that is not as `Pass` says; on a batch, or a part of
   *   one, with a single number a unit, whose variance would be 0
   */
  readonly logits: (parameters: readonly tf.Tensor[], inputs: tf.Tensor, pass?: Pass) => tf.Tensor2D
  /**
   * Mean and variance of a batch at each normalisation, in the order of `statisticShapes`, with no unit dropped; none in
   * a network without. The caller disposes of them.
   */
  readonly batchStatistics: (parameters: readonly tf.Tensor[], inputs: tf.Tensor) => tf.Tensor[]
}

/** The number of scalars in θ. */
export function parameterCount(network: Network): number {
  return network.parameterShapes.reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0)
}

/**
 * A start for training: weights w ~ N(0, 2 / fanIn) (He et al. 2015, equation 10), or uniform on ±1 / √fanIn (LeCun et
 * al. 1998), or N(0, deviation²), where the network says so; biases 0, scales 1. Each tensor draws from its own fork of the stream, so a start
 * does not change when a layer is added behind it.
 *
 * @returns variables, in the order of `parameterShapes`; the caller disposes them
 *
 * @example
 * const [weights, bias] = initialParameters(mlp({ inputs: 4, hidden: [], classes: 3 }), randomStream(0))
 * bias // [0, 0, 0]
 */
export function initialParameters(network: Network, stream: RandomStream): tf.Variable[] {
  return network.parameterShapes.map(each => {
    const values = startOf(each, stream)
    // Inside tidy, since a variable keeps its own reference and the tensor it started from would stay behind.
    return tf.tidy(() => tf.variable(tf.tensor(values, [...each.shape])))
  })
}

function startOf(
  { name, shape, fanIn, distribution = 'normal', deviation, start }: ParameterShape,
  stream: RandomStream,
): Float32Array {
  const size = tf.util.sizeFromShape([...shape])
  if (start !== undefined) return new Float32Array(size).fill(start)
  const own = stream.fork(name)
  if (deviation !== undefined) return own.normal(size).map(value => value * deviation)
  if (fanIn === undefined) return new Float32Array(size)
  if (distribution === 'uniform') {
    const bound = 1 / Math.sqrt(fanIn)
    return own.uniform(size).map(value => (2 * value - 1) * bound)
  }
  const scale = Math.sqrt(2 / fanIn)
  return own.normal(size).map(value => value * scale)
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

/**
 * Refuses a pass that the network cannot make, before anything is computed.
 *
 * @throws RangeError on statistics of another number or shape, another seed than int32 [2], a `ghostBatch` that is no
 *   positive integer, or both statistics and `ghostBatch`
 */
export function checkPass(
  network: string,
  statisticShapes: readonly ParameterShape[],
  { statistics, dropoutSeed, ghostBatch }: Pass,
): void {
  if (dropoutSeed !== undefined && (dropoutSeed.dtype !== 'int32' || dropoutSeed.shape.join() !== '2'))
    throw new RangeError(
      `${network}: dropoutSeed is ${dropoutSeed.dtype} of shape [${dropoutSeed.shape.join()}]; it must be int32 of shape [2]`,
    )
  if (ghostBatch !== undefined) checkSizes(network, { ghostBatch })
  if (statistics === undefined) return
  if (ghostBatch !== undefined)
    throw new RangeError(
      `${network}: got statistics and ghostBatch ${ghostBatch}; where statistics are given, none are taken: leave one out`,
    )
  if (statistics.length !== statisticShapes.length)
    throw new RangeError(
      `${network}: got ${statistics.length} statistics; it has ${statisticShapes.length}, a mean and a variance for each batch normalisation`,
    )
  statisticShapes.forEach(({ name, shape }, i) => {
    const given = statistics[i]
    if (given?.shape.join() !== shape.join())
      throw new RangeError(
        `${network}: ${name} is of shape [${given?.shape.join() ?? ''}]; it must be of [${shape.join()}]`,
      )
  })
}

/** x W + b, shapes [b, i] · [i, o] + [o]. */
export function dense(x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  return tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D).add(bias)
}
