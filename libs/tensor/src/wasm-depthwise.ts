import * as tf from '@tensorflow/tfjs'
import { input } from './kernels.ts'
import { backToPlace, padForWindows, placeInWindows, placesOf, withoutPadding } from './windows.ts'

/** The two gradients of a depthwise convolution, which wasm lacks. */
export function registerDepthwiseGradients(): void {
  tf.registerKernel({
    kernelName: 'DepthwiseConv2dNativeBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const x = input(inputs, 'x') as tf.Tensor4D
      const attributes = attrs as unknown as tf.DepthwiseConv2dNativeBackpropFilterAttrs
      const shape = attributes.filterShape
      return tf.tidy(() => filterGradient(x, input(inputs, 'dy'), depthwiseInfo(x.shape, shape, attributes)))
    },
  })
  tf.registerKernel({
    kernelName: 'DepthwiseConv2dNativeBackpropInput',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const filter = input(inputs, 'filter') as tf.Tensor4D
      const attributes = attrs as unknown as tf.DepthwiseConv2dNativeBackpropInputAttrs
      const shape = attributes.inputShape
      return tf.tidy(() =>
        inputGradient(filter, input(inputs, 'dy'), depthwiseInfo(shape, filter.shape, attributes)),
      )
    },
  })
}

type DepthwiseInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>

function depthwiseInfo(
  inputShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  {
    strides,
    dilations,
    pad,
    dimRoundingMode,
  }: Omit<tf.DepthwiseConv2dNativeBackpropInputAttrs, 'inputShape'>,
): DepthwiseInfo {
  const info = tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, dilations, pad, dimRoundingMode, true) // prettier-ignore
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1)
    throw new RangeError('A depthwise convolution has gradients at dilation 1 only')
  return info
}

/** dW[i, j, c, m] = Σ x[n, i + s·p, j + s·q, c] · dy[n, p, q, c, m]. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor, info: DepthwiseInfo): tf.Tensor {
  const { inChannels, outChannels, filterHeight, filterWidth } = info
  const perChannel = dy.reshape([-1, inChannels, outChannels / inChannels])
  const padded = padForWindows(x, info, 0)
  const places = placesOf(info).map(([i, j]) =>
    placeInWindows(padded, info, i, j).reshape([-1, inChannels, 1]).mul(perChannel).sum(0),
  )
  return tf.stack(places).reshape([filterHeight, filterWidth, inChannels, outChannels / inChannels])
}

/** dx[n, i + s·p, j + s·q, c] = Σ over windows and m of W[i, j, c, m] · dy[n, p, q, c, m]. */
function inputGradient(filter: tf.Tensor4D, dy: tf.Tensor, info: DepthwiseInfo): tf.Tensor {
  const { batchSize, inChannels, outChannels, outHeight, outWidth } = info
  const perChannel = dy.reshape([-1, inChannels, outChannels / inChannels])
  const parts = placesOf(info).map(([i, j]) => {
    const weights = tf.slice(filter, [i, j, 0, 0], [1, 1, -1, -1]).reshape([1, inChannels, -1])
    const values = perChannel.mul(weights).sum(2)
    return backToPlace(values.reshape([batchSize, outHeight, outWidth, inChannels]), info, i, j)
  })
  return withoutPadding(tf.addN(parts), info)
}
