import * as tf from '@tensorflow/tfjs'
import { dropout } from '@flatland/tensor'
import { batchMoments, batchNormalisation, type StatisticsFrom } from './batch-normalisation.ts'
import {
  checkPass,
  checkSizes,
  dense,
  type Network,
  type ParameterShape,
  type Pass,
  takeParameters,
} from './network.ts'

/** A layer before the last one. Each but the pooling is followed by batch normalisation and ReLU. */
export type Layer =
  /** `dropout`: the rate, of what comes after the ReLU. */
  | { readonly kind: 'dense'; readonly units: number; readonly dropout?: number }
  /** window × window, stride 1, 'same'. */
  | { readonly kind: 'convolution'; readonly filters: number; readonly window: number }
  /** The maximum over window × window, 'same', so that images of any size pass. */
  | { readonly kind: 'max-pool'; readonly window: number; readonly stride: number }

export interface NormalisedNetworkOptions {
  readonly name: string
  readonly inputShape: readonly number[]
  readonly layers: readonly Layer[]
  readonly classes: number
}

/** What a layer does to a batch: `next` gives its parameters one by one. */
type Apply = (x: tf.Tensor, next: () => tf.Tensor, ways: Ways) => tf.Tensor

/** What differs from pass to pass. */
interface Ways {
  readonly normalise: (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => tf.Tensor
  readonly drop: (x: tf.Tensor, rate: number) => tf.Tensor
}

interface Block {
  readonly parameterShapes: readonly ParameterShape[]
  readonly statisticShapes: readonly ParameterShape[]
  /** Of one example, after it. */
  readonly shape: readonly number[]
  readonly apply: Apply
}

/**
 * A network in which batch normalisation and ReLU follow each layer but the last, which is dense with a bias. Layers
 * before a normalisation have none: the shift β is it. Weights start uniform on ±1/√fanIn, biases and shifts at 0, scales
 * at 1.
 */
export function normalisedNetwork({ name, inputShape, layers, classes }: NormalisedNetworkOptions): Network {
  const blocks = build(inputShape, layers)
  const flat = tf.util.sizeFromShape([...(blocks.at(-1)?.shape ?? inputShape)])
  const parameterShapes: readonly ParameterShape[] = [
    ...blocks.flatMap(block => block.parameterShapes),
    { name: 'output/weights', shape: [flat, classes], fanIn: flat, distribution: 'uniform' },
    { name: 'output/bias', shape: [classes] },
  ]
  const statisticShapes = blocks.flatMap(block => block.statisticShapes)

  const features = (x: tf.Tensor, next: () => tf.Tensor, ways: Ways): tf.Tensor => {
    const start: tf.Tensor = x.reshape([-1, ...inputShape])
    return blocks.reduce((each, { apply }) => apply(each, next, ways), start).reshape([-1, flat])
  }
  return Object.freeze({
    name,
    inputShape,
    classes,
    parameterShapes,
    statisticShapes,
    logits: (parameters: readonly tf.Tensor[], x: tf.Tensor, pass: Pass = {}) =>
      tf.tidy(() => {
        checkPass(name, statisticShapes, pass)
        const next = takeParameters(name, parameters, parameterShapes.length)
        return dense(features(x, next, waysOf(pass)), next(), next())
      }),
    batchStatistics: (parameters: readonly tf.Tensor[], x: tf.Tensor) =>
      tf.tidy(() => {
        const next = takeParameters(name, parameters, parameterShapes.length)
        const found: tf.Tensor[] = []
        features(x, next, { ...waysOf({}), normalise: collecting(found) })
        return found
      }),
  })
}

function waysOf({ statistics, dropoutSeed, ghostBatch }: Pass): Ways {
  let normalisation = 0
  let layer = 0
  const from = (): StatisticsFrom => {
    const [mean, variance] = statistics?.slice(2 * normalisation, 2 * normalisation + 2) ?? []
    normalisation++
    return mean === undefined || variance === undefined ? { ghostBatch } : { moments: { mean, variance } }
  }
  return {
    normalise: (x, scale, shift) => batchNormalisation(x, scale, shift, from()),
    drop: (x, rate) => (dropoutSeed === undefined ? x : dropout(x, rate, seedOf(dropoutSeed, layer++))),
  }
}

/** Far apart, since callers count steps in the second number: the layers of two steps do not share a seed. */
function seedOf(seed: tf.Tensor, layer: number): tf.Tensor {
  return seed.add(tf.tensor1d([0, layer * 2 ** 24], 'int32'))
}

function collecting(found: tf.Tensor[]): Ways['normalise'] {
  return (x, scale, shift) => {
    const moments = batchMoments(x)
    found.push(moments.mean, moments.variance)
    return batchNormalisation(x, scale, shift, { moments })
  }
}

function build(inputShape: readonly number[], layers: readonly Layer[]): Block[] {
  const blocks: Block[] = []
  const counts = { dense: 0, convolution: 0 }
  let shape = inputShape
  for (const layer of layers) {
    const block =
      layer.kind === 'dense'
        ? denseBlock(`dense${counts.dense++}`, shape, layer)
        : layer.kind === 'convolution'
          ? convolutionBlock(`conv${counts.convolution++}`, shape, layer)
          : poolBlock(shape, layer)
    blocks.push(block)
    shape = block.shape
  }
  return blocks
}

function denseBlock(
  name: string,
  shape: readonly number[],
  { units, dropout: rate }: Extract<Layer, { kind: 'dense' }>,
): Block {
  const fanIn = tf.util.sizeFromShape([...shape])
  return {
    ...normalisedShapes(name, { name: `${name}/weights`, shape: [fanIn, units], fanIn }, units),
    shape: [units],
    apply: (x, next, { normalise, drop }) => {
      const mixed = tf.matMul(x.reshape([-1, fanIn]), next())
      const active = tf.relu(normalise(mixed, next(), next()))
      return rate === undefined ? active : drop(active, rate)
    },
  }
}

function convolutionBlock(
  name: string,
  [height = 1, width = 1, channels = 1]: readonly number[],
  { filters, window }: Extract<Layer, { kind: 'convolution' }>,
): Block {
  const filter = [window, window, channels, filters]
  return {
    ...normalisedShapes(
      name,
      { name: `${name}/filter`, shape: filter, fanIn: window * window * channels },
      filters,
    ),
    shape: [height, width, filters],
    apply: (x, next, { normalise }) => {
      const convolved = tf.conv2d(x as tf.Tensor4D, next() as tf.Tensor4D, 1, 'same')
      return tf.relu(normalise(convolved, next(), next()))
    },
  }
}

function poolBlock(
  [height = 1, width = 1, channels = 1]: readonly number[],
  { window, stride }: Extract<Layer, { kind: 'max-pool' }>,
): Block {
  return {
    parameterShapes: [],
    statisticShapes: [],
    shape: [Math.ceil(height / stride), Math.ceil(width / stride), channels],
    apply: x => tf.maxPool(x as tf.Tensor4D, window, stride, 'same'),
  }
}

function normalisedShapes(
  name: string,
  weights: ParameterShape,
  units: number,
): Pick<Block, 'parameterShapes' | 'statisticShapes'> {
  return {
    parameterShapes: [
      { ...weights, distribution: 'uniform' },
      { name: `${name}/scale`, shape: [units], start: 1 },
      { name: `${name}/shift`, shape: [units] },
    ],
    statisticShapes: [
      { name: `${name}/mean`, shape: [units] },
      { name: `${name}/variance`, shape: [units], start: 1 },
    ],
  }
}

/** The sizes of an image classifier, checked. */
export function checkImageSizes(
  owner: string,
  [height, width, channels]: readonly [number, number, number],
  sizes: { readonly width: number; readonly classes: number },
): void {
  checkSizes(owner, { 'image[0]': height, 'image[1]': width, 'image[2]': channels, ...sizes })
}
