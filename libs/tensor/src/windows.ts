import * as tf from '@tensorflow/tfjs'

/** Sizes, strides, dilations and padding of the windows of a convolution or a pooling. */
export type WindowInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>

/**
 * x with its padding around it, large enough for every window.
 *
 * The functions of this file take windows apart by places: row i and column j of every window at once. A kernel
 * that a backend lacks is then a sum over few places, exact, and made of kernels that every backend has.
 */
export function padForWindows(x: tf.Tensor4D, info: WindowInfo, fill: number): tf.Tensor4D {
  return tf.pad(x, margins(info), fill)
}

/** What lies at row i and column j of each window: [batch, outHeight, outWidth, channels]. */
export function placeInWindows(padded: tf.Tensor4D, info: WindowInfo, i: number, j: number): tf.Tensor4D {
  const { outHeight, outWidth, strideHeight, strideWidth } = info
  const [batch, , , channels] = padded.shape
  const end = [batch, i + (outHeight - 1) * strideHeight + 1, j + (outWidth - 1) * strideWidth + 1, channels]
  return tf.stridedSlice(padded, [0, i, j, 0], end, [1, strideHeight, strideWidth, 1]) as tf.Tensor4D
}

/** The transpose of `placeInWindows`: the shape of the padded x, zero but at those places. */
export function backToPlace(values: tf.Tensor4D, info: WindowInfo, i: number, j: number): tf.Tensor4D {
  const { outHeight, outWidth, strideHeight, strideWidth } = info
  const { height, width } = paddedSize(info)
  const spread = spreadOut(values, strideHeight, strideWidth)
  const below = height - outHeight * strideHeight - i
  const right = width - outWidth * strideWidth - j
  return tf.pad(spread, [[0, 0], [i, below], [j, right], [0, 0]]) // prettier-ignore
}

/** Takes the padding away again. */
export function withoutPadding(padded: tf.Tensor4D, info: WindowInfo): tf.Tensor4D {
  const [batch, , , channels] = padded.shape
  const { top, left } = info.padInfo
  return tf.slice(padded, [0, top, left, 0], [batch, info.inHeight, info.inWidth, channels])
}

/** Every place of a window, row by row. */
export function placesOf({ filterHeight, filterWidth }: WindowInfo): (readonly [number, number])[] {
  return Array.from({ length: filterHeight * filterWidth }, (_, place) => [
    Math.floor(place / filterWidth),
    place % filterWidth,
  ])
}

function paddedSize(info: WindowInfo): { height: number; width: number } {
  const { filterHeight, filterWidth, outHeight, outWidth, strideHeight, strideWidth, padInfo } = info
  return {
    height: Math.max(outHeight * strideHeight + filterHeight, padInfo.top + info.inHeight),
    width: Math.max(outWidth * strideWidth + filterWidth, padInfo.left + info.inWidth),
  }
}

function margins(info: WindowInfo): [number, number][] {
  const { height, width } = paddedSize(info)
  const { top, left } = info.padInfo
  return [[0, 0], [top, height - top - info.inHeight], [left, width - left - info.inWidth], [0, 0]] // prettier-ignore
}

/** Zeros between rows and columns, so that neighbours come to lie a stride apart. */
function spreadOut(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape
  const rows = tf.pad(x.reshape<tf.Tensor3D>([batch * height, 1, width * channels]), [[0, 0], [0, strideHeight - 1], [0, 0]]) // prettier-ignore
  const columns = tf.pad(rows.reshape<tf.Tensor3D>([-1, 1, channels]), [[0, 0], [0, strideWidth - 1], [0, 0]]) // prettier-ignore
  return columns.reshape([batch, height * strideHeight, width * strideWidth, channels])
}
