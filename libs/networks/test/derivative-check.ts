import * as tf from '@tensorflow/tfjs'
import { crossEntropy, gradients, randomStream } from '@flatland/tensor'
import { initialParameters, type Network, type Pass } from '../src/network.ts'

export interface Problem {
  readonly parameters: readonly tf.Tensor[]
  readonly x: tf.Tensor
  /** One-hot. */
  readonly labels: tf.Tensor
}

/** A network at its start, moved at random so that scales and shifts differ, with a batch. */
export function problem(network: Network, examples: number): Problem {
  const stream = randomStream(3)
  const parameters = initialParameters(network, stream).map((each, i) =>
    each.add(tf.tensor(stream.fork(`move ${i}`).normal(each.size), each.shape).mul(0.1)),
  )
  const size = tf.util.sizeFromShape([examples, ...network.inputShape])
  const x = tf.tensor(stream.fork('x').normal(size), [examples, ...network.inputShape])
  const classes = Array.from({ length: examples }, (_, i) => i % network.classes)
  return { parameters, x, labels: tf.oneHot(tf.tensor1d(classes, 'int32'), network.classes).toFloat() }
}

export interface Differences {
  readonly examples: number
  /** Along a direction of length 1. */
  readonly step: number
  /** Of the direction: one along which no kink is crossed. */
  readonly seed: number
}

/** The slope and the curvature of the loss along a direction: from gradients, and from central differences. */
export function alongDirection(network: Network, pass: Pass, { examples, ...rest }: Differences) {
  return alongDirectionAt(network, pass, problem(network, examples), rest)
}

/** The same at a problem that is given. */
export function alongDirectionAt(
  network: Network,
  pass: Pass,
  { parameters, x, labels }: Problem,
  { step, seed }: Omit<Differences, 'examples'>,
) {
  const loss = (theta: readonly tf.Tensor[]): tf.Scalar =>
    crossEntropy(network.logits(theta, x, pass), labels)
  const stream = randomStream(seed)
  const normal = parameters.map(({ shape, size }, i) => tf.tensor(stream.fork(String(i)).normal(size), shape))
  const length = Math.hypot(...flat(normal))
  const v = normal.map(each => each.div(length))
  const moved = (t: number): tf.Tensor[] => parameters.map((each, i) => each.add((v[i] ?? each).mul(t)))
  const slopes = (theta: readonly tf.Tensor[]): Float64Array => flat(gradients(loss, theta).gradients)
  const slope = (theta: tf.Tensor[]): tf.Tensor =>
    tf.addN(gradients(loss, theta).gradients.map((g, i) => g.mul(v[i] ?? 0).sum()))

  const four = <T>(of: (theta: tf.Tensor[]) => T): T[] => [-2, -1, 1, 2].map(t => of(moved(t * step)))
  const losses = four(theta => Float64Array.of(loss(theta).dataSync()[0] ?? NaN))
  return {
    slope: Float64Array.of(dot(slopes(parameters), flat(v))),
    slopeByDifferences: difference(losses, step),
    product: flat(gradients(slope, parameters, { independent: 'zeros' }).gradients),
    productByDifferences: difference(four(slopes), step),
  }
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: Float64Array, b: Float64Array): number {
  const off = a.map((each, i) => each - (b[i] ?? NaN))
  return Math.sqrt(dot(off, off) / dot(b, b))
}

/** The derivative by f at −2h, −h, h, 2h, to fourth order. */
function difference(f: readonly Float64Array[], h: number): Float64Array {
  const [a, b, c, d] = f
  return Float64Array.from(a ?? [], (each, i) => {
    const [second = NaN, third = NaN, fourth = NaN] = [b?.[i], c?.[i], d?.[i]]
    return (each - fourth + 8 * (third - second)) / (12 * h)
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, i) => sum + each * (b[i] ?? NaN), 0)
}

function flat(tensors: readonly tf.Tensor[]): Float64Array {
  return Float64Array.from(tensors.flatMap(each => [...each.dataSync()]))
}
