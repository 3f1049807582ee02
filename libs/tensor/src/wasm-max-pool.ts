import * as tf from '@tensorflow/tfjs'
import { input } from './kernels.ts'

type PoolInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>

/**
 * The gradient of max pooling around wasm's own kernel, which is silently wrong: it behaves as if it sought the
 * maximum from zero upwards, so a window without a positive value loses its dy.
 */
export function mendMaxPoolGradient(stock: tf.KernelFunc): tf.KernelFunc {
  return params => {
    const x = input(params.inputs, 'input') as tf.Tensor4D
    const { filterSize, strides, pad, dimRoundingMode } = params.attrs as unknown as tf.MaxPoolGradAttrs
    const info = tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode)
    return windowsTile(info) ? byMask(stock, params) : byPlaces(params, info)
  }
}

/** Whether every value lies in exactly one window. */
function windowsTile(info: PoolInfo): boolean {
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

/**
 * For any windows: for each place in a window in turn, where x equals the window's maximum and no earlier place
 * did, that place gets the window's dy.
 */
function byPlaces({ inputs }: Parameters<tf.KernelFunc>[0], info: PoolInfo): tf.Tensor {
  return tf.tidy(() => {
    const x = input(inputs, 'input') as tf.Tensor4D
    const y = input(inputs, 'output') as tf.Tensor4D
    const dy = input(inputs, 'dy') as tf.Tensor4D
    const { filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info
    // Large enough for x, its padding, and every window.
    const height = Math.max(outHeight * strideHeight + filterHeight, padInfo.top + x.shape[1])
    const width = Math.max(outWidth * strideWidth + filterWidth, padInfo.left + x.shape[2])
    const rows: [number, number] = [padInfo.top, height - padInfo.top - x.shape[1]]
    const columns: [number, number] = [padInfo.left, width - padInfo.left - x.shape[2]]
    const padded = tf.pad(x, [[0, 0], rows, columns, [0, 0]], -Infinity)

    let open: tf.Tensor4D = tf.onesLike(y)
    let sum: tf.Tensor4D = tf.zerosLike(padded)
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const hit = tf
          .equal(placeInWindows(padded, info, i, j), y)
          .toFloat()
          .mul<tf.Tensor4D>(open)
        open = open.sub(hit)
        const spread = spreadOut(hit.mul(dy), strideHeight, strideWidth)
        const below = height - outHeight * strideHeight - i
        const right = width - outWidth * strideWidth - j
        sum = sum.add(tf.pad(spread, [[0, 0], [i, below], [j, right], [0, 0]])) // prettier-ignore
      }
    }
    return tf.slice(sum, [0, padInfo.top, padInfo.left, 0], x.shape)
  })
}

/** What lies at row i and column j of each window, shape of the output. */
function placeInWindows(padded: tf.Tensor4D, info: PoolInfo, i: number, j: number): tf.Tensor4D {
  const { outHeight, outWidth, strideHeight, strideWidth } = info
  const [batch, , , channels] = padded.shape
  const end = [batch, i + (outHeight - 1) * strideHeight + 1, j + (outWidth - 1) * strideWidth + 1, channels]
  return tf.stridedSlice(padded, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1]) as tf.Tensor4D
}

/** Zeros between rows and columns, so that neighbours come to lie a stride apart. */
function spreadOut(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape
  const rows = tf.pad(x.reshape<tf.Tensor3D>([batch * height, 1, width * channels]), [[0, 0], [0, strideHeight - 1], [0, 0]]) // prettier-ignore
  const columns = tf.pad(rows.reshape<tf.Tensor3D>([-1, 1, channels]), [[0, 0], [0, strideWidth - 1], [0, 0]]) // prettier-ignore
  return columns.reshape([batch, height * strideHeight, width * strideWidth, channels])
}
