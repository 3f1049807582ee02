import * as tf from '@tensorflow/tfjs'
import { input } from './kernels.ts'
import { maxPoolGradient, poolInfo } from './max-pool-places.ts'
import type { WindowInfo } from './windows.ts'

/**
 * The gradient of max pooling around wasm's own kernel, which is silently wrong: it behaves as if it sought the
 * maximum from zero upwards, so a window without a positive value loses its dy.
 */
export function mendMaxPoolGradient(stock: tf.KernelFunc): tf.KernelFunc {
  return params => {
    const x = input(params.inputs, 'input') as tf.Tensor4D
    return windowsTile(poolInfo(x, params.attrs)) ? byMask(stock, params) : maxPoolGradient(params)
  }
}

/** Whether every value lies in exactly one window. */
function windowsTile(info: WindowInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info
  return (
    filterHeight === strideHeight &&
    filterWidth === strideWidth &&
    info.inHeight === info.outHeight * strideHeight &&
    info.inWidth === info.outWidth * strideWidth
  )
}

/** The stock kernel on 1 where x is its window's maximum and 0 elsewhere: every window then has a positive value. */
function byMask(
  stock: tf.KernelFunc,
  { inputs, attrs, backend }: Parameters<tf.KernelFunc>[0],
): tf.TensorInfo {
  const x = input(inputs, 'input') as tf.Tensor4D
  const mask = tf.tidy(() => {
    const y = input(inputs, 'output') as tf.Tensor4D
    return tf.equal(x, tf.image.resizeNearestNeighbor(y, [x.shape[1], x.shape[2]])).toFloat()
  })
  const named = { dy: input(inputs, 'dy'), input: mask, output: input(inputs, 'output') }
  const gradient = stock({ inputs: named, backend, ...(attrs && { attrs }) }) as tf.TensorInfo
  mask.dispose()
  return gradient
}
