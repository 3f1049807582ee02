import * as tf from '@tensorflow/tfjs'
import { input } from './kernels.ts'
import {
  backToPlace,
  padForWindows,
  placeInWindows,
  placesOf,
  type WindowInfo,
  withoutPadding,
} from './windows.ts'

/**
 * The gradient of max pooling, for any windows: for each place in a window in turn, where x equals the window's
 * maximum and no earlier place did, that place gets the window's dy.
 */
export function maxPoolGradient({ inputs, attrs }: Parameters<tf.KernelFunc>[0]): tf.Tensor {
  return tf.tidy(() => {
    const x = input(inputs, 'input') as tf.Tensor4D
    const dy = input(inputs, 'dy') as tf.Tensor4D
    const info = poolInfo(x, attrs)
    const maxima = firstMaxima(x, input(inputs, 'output') as tf.Tensor4D, info)
    const parts = maxima.map(({ hit, i, j }) => backToPlace(hit.mul(dy), info, i, j))
    return withoutPadding(tf.addN(parts), info)
  })
}

/** Its transpose: each window takes from ddx what lies at its maximum. */
export function maxPoolGradientTransposed({ inputs, attrs }: Parameters<tf.KernelFunc>[0]): tf.Tensor {
  return tf.tidy(() => {
    const x = input(inputs, 'input') as tf.Tensor4D
    const y = input(inputs, 'output') as tf.Tensor4D
    const info = poolInfo(x, attrs)
    const padded = padForWindows(input(inputs, 'ddx') as tf.Tensor4D, info, 0)
    let sum: tf.Tensor4D = tf.zerosLike(y)
    for (const { hit, i, j } of firstMaxima(x, y, info)) {
      sum = sum.add(hit.mul(placeInWindows(padded, info, i, j)))
    }
    return sum
  })
}

export function poolInfo(x: tf.Tensor4D, attributes: tf.NamedAttrMap | undefined): WindowInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as tf.MaxPoolGradAttrs
  return tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode)
}

interface Hit {
  /** 1 where the window's first maximum is at row i and column j, else 0. */
  readonly hit: tf.Tensor4D
  readonly i: number
  readonly j: number
}

function firstMaxima(x: tf.Tensor4D, y: tf.Tensor4D, info: WindowInfo): Hit[] {
  const padded = padForWindows(x, info, -Infinity)
  let open: tf.Tensor4D = tf.onesLike(y)
  return placesOf(info).map(([i, j]) => {
    const equal = tf.equal(placeInWindows(padded, info, i, j), y).toFloat()
    const hit: tf.Tensor4D = equal.mul(open)
    open = open.sub(hit)
    return { hit, i, j }
  })
}
