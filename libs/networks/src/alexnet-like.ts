import type { Network } from './network.ts'
import { checkImageSizes, type Layer, normalisedNetwork } from './normalised-network.ts'

export interface AlexNetLikeSizes {
  /** [height, width, channels] of one image. Default [32, 32, 3]. */
  readonly image?: readonly [number, number, number]
  /** Filters of a convolution; the dense layers have 6 and 3 times as many units. Default 64. */
  readonly width?: number
  /** Default 10 for C1, 100 for C3. */
  readonly classes?: number
}

/**
 * C1 of Keskar et al. 2016 (appendix B.3), AlexNet-like, for CIFAR-10: twice [5×5 convolution 'same', batch normalisation,
 * ReLU, 3×3 max-pool of stride 2 'same'], two dense layers with batch normalisation, ReLU and dropout ½, a dense one.
 * Units are dropped only in a pass with a `dropoutSeed`. Weights start uniform on ±1/√fanIn.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * const network = c1({ width: 16 })
 * network.name // 'c1 32×32×3–2×16–96–48–10'
 * parameterCount(network) // 111354
 */
export function c1({ image = [32, 32, 3], width = 64, classes = 10 }: AlexNetLikeSizes = {}): Network {
  return alexNetLike('c1', { image, width, classes })
}

/**
 * C3 of Keskar et al. 2016: C1 with 100 classes, for CIFAR-100.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * parameterCount(c3()) // 1774500
 */
export function c3({ image = [32, 32, 3], width = 64, classes = 100 }: AlexNetLikeSizes = {}): Network {
  return alexNetLike('c3', { image, width, classes })
}

function alexNetLike(owner: string, { image, width, classes }: Required<AlexNetLikeSizes>): Network {
  checkImageSizes(owner, image, { width, classes })
  const stack: readonly Layer[] = [
    { kind: 'convolution', filters: width, window: 5 },
    { kind: 'max-pool', window: 3, stride: 2 },
  ]
  const [wide, narrow] = [6 * width, 3 * width]
  return normalisedNetwork({
    name: `${owner} ${image.join('×')}–2×${width}–${wide}–${narrow}–${classes}`,
    inputShape: image,
    layers: [
      ...stack,
      ...stack,
      { kind: 'dense', units: wide, dropout: 0.5 },
      { kind: 'dense', units: narrow, dropout: 0.5 },
    ],
    classes,
  })
}
