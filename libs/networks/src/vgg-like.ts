import type { Network } from './network.ts'
import { checkImageSizes, type Layer, normalisedNetwork } from './normalised-network.ts'

export interface VggLikeSizes {
  /** [height, width, channels] of one image. Default [32, 32, 3]. */
  readonly image?: readonly [number, number, number]
  /** Filters of the first convolutions; the last ones, and the dense layer, have 8 times as many. Default 64. */
  readonly width?: number
  /** Default 10 for C2, 100 for C4. */
  readonly classes?: number
}

/** Of each stack: how many convolutions, and how many times `width` their filters are. */
const STACKS = [
  { depth: 2, times: 1 },
  { depth: 2, times: 2 },
  { depth: 3, times: 4 },
  { depth: 3, times: 8 },
  { depth: 3, times: 8 },
] as const

/**
 * C2 of Keskar et al. 2016 (appendix B.4), VGG-like, for CIFAR-10: stacks of 2, 2, 3, 3 and 3 [3×3 convolution 'same',
 * batch normalisation, ReLU] with `width` · (1, 2, 4, 8, 8) filters, a 2×2 max-pool 'same' after each, a dense layer of
 * 8 · `width` with batch normalisation, ReLU and dropout ½, a dense one. Units are dropped only in a pass with a
 * `dropoutSeed`. Weights start uniform on ±1/√fanIn.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * const network = c2({ width: 8 })
 * network.name // 'c2 32×32×3–2×8–2×16–3×32–3×64–3×64–64–10'
 * parameterCount(network) // 235970
 */
export function c2({ image = [32, 32, 3], width = 64, classes = 10 }: VggLikeSizes = {}): Network {
  return vggLike('c2', { image, width, classes })
}

/**
 * C4 of Keskar et al. 2016: C2 with 100 classes, for CIFAR-100.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * parameterCount(c4()) // 15033380
 */
export function c4({ image = [32, 32, 3], width = 64, classes = 100 }: VggLikeSizes = {}): Network {
  return vggLike('c4', { image, width, classes })
}

function vggLike(owner: string, { image, width, classes }: Required<VggLikeSizes>): Network {
  checkImageSizes(owner, image, { width, classes })
  const layers = STACKS.flatMap(({ depth, times }): Layer[] => [
    ...Array.from({ length: depth }, (): Layer => ({
      kind: 'convolution',
      filters: times * width,
      window: 3,
    })),
    { kind: 'max-pool', window: 2, stride: 2 },
  ])
  const stacks = STACKS.map(({ depth, times }) => `${depth}×${times * width}`).join('–')
  return normalisedNetwork({
    name: `${owner} ${image.join('×')}–${stacks}–${8 * width}–${classes}`,
    inputShape: image,
    layers: [...layers, { kind: 'dense', units: 8 * width, dropout: 0.5 }],
    classes,
  })
}
