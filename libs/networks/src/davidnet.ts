import type { Network } from './network.ts'
import { checkImageSizes, type Layer, normalisedNetwork } from './normalised-network.ts'

export interface DavidnetSizes {
  /** [height, width, channels] of one image. Default [32, 32, 3]. */
  readonly image?: readonly [number, number, number]
  /** Filters of the first convolution; the three layers behind it have 2, 4 and 8 times as many. Default 64. */
  readonly width?: number
  /** Default 10. */
  readonly classes?: number
}

/** As Page takes it for a linear layer behind normalised ones. */
const OUTPUT_SCALE = 0.125

/**
 * DavidNet, the fast residual network of Page 2018 ("How to train your ResNet"), for CIFAR-10, with convolutions of 3×3
 * 'same' and batch normalisation and ReLU after each, also inside the residuals:
 *
 *   convolution of `width` filters;
 *   convolution of 2 · `width`, 2×2 max-pool, residual of two convolutions;
 *   convolution of 4 · `width`, 2×2 max-pool;
 *   convolution of 8 · `width`, 2×2 max-pool, residual of two convolutions;
 *   4×4 max-pool;
 *   logits = ⅛ x W, without a bias.
 *
 * A residual of x is x + f(x). Poolings are 'same'. Weights start uniform on ±1/√fanIn. With the defaults it has
 * 6 573 120 parameters: 6 563 520 in convolutions, 4 480 in scales and shifts of the normalisations, 5 120 in W.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * const network = davidnet({ width: 8 })
 * network.name // 'davidnet 32×32×3–8–16–32–64–10'
 * parameterCount(network) // 103944
 */
export function davidnet({ image = [32, 32, 3], width = 64, classes = 10 }: DavidnetSizes = {}): Network {
  checkImageSizes('davidnet', image, { width, classes })
  const widths = [width, 2 * width, 4 * width, 8 * width] as const
  const [prep, first, second, third] = widths
  const convolution = (filters: number): Layer => ({ kind: 'convolution', filters, window: 3 })
  const halved: Layer = { kind: 'max-pool', window: 2, stride: 2 }
  const residual: Layer = { kind: 'residual', convolutions: 2, window: 3 }
  return normalisedNetwork({
    name: `davidnet ${image.join('×')}–${widths.join('–')}–${classes}`,
    inputShape: image,
    layers: [
      convolution(prep),
      ...[convolution(first), halved, residual],
      ...[convolution(second), halved],
      ...[convolution(third), halved, residual],
      { kind: 'max-pool', window: 4, stride: 4 },
    ],
    classes,
    outputScale: OUTPUT_SCALE,
  })
}
