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

/** A layer before the last one. Each dense one and each convolution is followed by batch normalisation and ReLU. */
export type Layer =
  /** `dropout`: the rate, of what comes after the ReLU. */
  | { readonly kind: 'dense'; readonly units: number; readonly dropout?: number }
  /** window × window, stride 1, 'same'. */
  | { readonly kind: 'convolution'; readonly filters: number; readonly window: number }
  /** The maximum over window × window, 'same', so that images of any size pass. */
  | { readonly kind: 'max-pool'; readonly window: number; readonly stride: number }
  /** x plus what so many convolutions, one behind the other and with as many filters as x has channels, make of it. */
  | { readonly kind: 'residual'; readonly convolutions: number; readonly window: number }

export interface NormalisedNetworkOptions {
  readonly name: string
  readonly inputShape: readonly number[]
  readonly layers: readonly Layer[]
  readonly classes: number
  /** Logits are x W times it, without a bias. Default: x W + b. */
  readonly outputScale?: number
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
export function normalisedNetwork(options: NormalisedNetworkOptions): Network {
  const { name, inputShape, layers, classes, outputScale } = options
  const blocks = build(inputShape, layers)
  const flat = tf.util.sizeFromShape([...(blocks.at(-1)?.shape ?? inputShape)])
  const parameterShapes: readonly ParameterShape[] = [
    ...blocks.flatMap(block => block.parameterShapes),
    { name: 'output/weights', shape: [flat, classes], fanIn: flat, distribution: 'uniform' },
    ...(outputScale === undefined ? [{ name: 'output/bias', shape: [classes] }] : []),
  ]
  const statisticShapes = blocks.flatMap(block => block.statisticShapes)
  const output = (x: tf.Tensor2D, next: () => tf.Tensor): tf.Tensor2D =>
    outputScale === undefined
      ? dense(x, next(), next())
      : tf.matMul(x, next() as tf.Tensor2D).mul(outputScale)

  const features = (x: tf.Tensor, next: () => tf.Tensor, ways: Ways): tf.Tensor2D =>
    through(blocks, x.reshape([-1, ...inputShape]), next, ways).reshape([-1, flat])
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
        return output(features(x, next, waysOf(pass)), next)
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
export function seedOf(seed: tf.Tensor, layer: number): tf.Tensor {
  return seed.add(tf.tensor1d([0, layer * 2 ** 24], 'int32'))
}

function collecting(found: tf.Tensor[]): Ways['normalise'] {
  return (x, scale, shift) => {
    const moments = batchMoments(x)
    found.push(moments.mean, moments.variance)
    return batchNormalisation(x, scale, shift, { moments })
  }
}

/** Of the layers so far: their names go on in a residual. */
interface Counts {
  dense: number
  convolution: number
}

function build(
  inputShape: readonly number[],
  layers: readonly Layer[],
  counts: Counts = { dense: 0, convolution: 0 },
): Block[] {
  const blocks: Block[] = []
  let shape = inputShape
  for (const layer of layers) {
    const block = blockOf(layer, shape, counts)
    blocks.push(block)
    shape = block.shape
  }
  return blocks
}

function blockOf(layer: Layer, shape: readonly number[], counts: Counts): Block {
  switch (layer.kind) {
    case 'dense':
      return denseBlock(`dense${counts.dense++}`, shape, layer)
    case 'convolution':
      return convolutionBlock(`conv${counts.convolution++}`, shape, layer)
    case 'max-pool':
      return poolBlock(shape, layer)
    case 'residual':
      return residualBlock(shape, layer, counts)
  }
}

function through(blocks: readonly Block[], x: tf.Tensor, next: () => tf.Tensor, ways: Ways): tf.Tensor {
  return blocks.reduce((each, { apply }) => apply(each, next, ways), x)
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

function residualBlock(
  shape: readonly number[],
  { convolutions, window }: Extract<Layer, { kind: 'residual' }>,
  counts: Counts,
): Block {
  const [, , filters = 1] = shape
  const layers = Array.from({ length: convolutions }, (): Layer => ({ kind: 'convolution', filters, window }))
  const blocks = build(shape, layers, counts)
  return {
    parameterShapes: blocks.flatMap(block => block.parameterShapes),
    statisticShapes: blocks.flatMap(block => block.statisticShapes),
    shape,
    apply: (x, next, ways) => x.add(through(blocks, x, next, ways)),
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
