import * as tf from '@tensorflow/tfjs'
import { input } from './kernels.ts'
import { poolInfo } from './max-pool-places.ts'
import type { WindowInfo } from './windows.ts'

/**
 * The gradient of average pooling around the kernels of wasm and cpu, which are silently wrong at a padded border:
 * the average there is over the pixels that exist, the stock gradient divides by the whole window. So dy goes in
 * multiplied by (size of the window) / (pixels of the image in it).
 */
export function mendAveragePoolGradient(stock: tf.KernelFunc): tf.KernelFunc {
  return params => {
    const info = poolInfo(input(params.inputs, 'input') as tf.Tensor4D, params.attrs)
    const { top, bottom, left, right } = info.padInfo
    if (top + bottom + left + right === 0) return stock(params)
    const dy = tf.tidy(() => input(params.inputs, 'dy').mul(shares(info)))
    const gradient = stock({ ...params, inputs: { ...params.inputs, dy } })
    dy.dispose()
    return gradient
  }
}

/** Shape [1, outHeight, outWidth, 1]. */
function shares(info: WindowInfo): tf.Tensor {
  const along = (count: number, stride: number, window: number, before: number, size: number): number[] =>
    Array.from({ length: count }, (_, o) => {
      const start = o * stride - before
      return window / (Math.min(start + window, size) - Math.max(start, 0))
    })
  const { outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info
  const rows = along(outHeight, strideHeight, filterHeight, padInfo.top, info.inHeight)
  const columns = along(outWidth, strideWidth, filterWidth, padInfo.left, info.inWidth)
  return tf.mul(tf.tensor(rows, [1, outHeight, 1, 1]), tf.tensor(columns, [1, 1, outWidth, 1]))
}
