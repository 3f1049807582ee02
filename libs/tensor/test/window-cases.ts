import * as tf from '@tensorflow/tfjs'
import type { DerivativeCase } from './hessian-check.ts'
import {
  averagePool,
  convolve,
  convolveDepthwise,
  convolveTransposed,
  maxPool,
  type Pad,
} from './oracle-windows.ts'

type Window = readonly [height: number, width: number, stride: number, pad: Pad]

const image = [2, 6, 5, 2]

const convolutions: readonly Window[] = [
  [3, 2, 1, 'same'],
  [3, 2, 1, 'valid'],
  [3, 2, 2, 'same'],
  [3, 2, 2, 'valid'],
  [1, 1, 1, 'same'],
]

const poolings: readonly Window[] = [
  [2, 2, 2, 'valid'],
  [2, 2, 2, 'same'],
  [3, 3, 2, 'valid'],
  [3, 3, 2, 'same'],
  [3, 2, 1, 'same'],
]

/** Convolutions and poolings of images. */
export const windowCases: readonly DerivativeCase[] = [
  ...convolutions.flatMap(([height, width, stride, pad]): DerivativeCase[] => {
    const how = `${height}×${width}, stride ${stride}, ${pad}`
    const filterShape = [height, width, 2, 3]
    return [
      {
        name: `Conv2D, ${how}`,
        kernel: 'Conv2D',
        shapes: [image, filterShape],
        operation: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
        oracle: (x, filter) => convolve(x, filter, stride, pad),
      },
      {
        name: `fusedConv2d with bias, ${how}`,
        kernel: 'fusedConv2d',
        shapes: [image, filterShape, [3]],
        operation: (x, filter, bias) =>
          tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, strides: stride, pad, bias }),
        oracle: (x, filter, bias) => convolve(x, filter, stride, pad).add(bias),
      },
      {
        name: `DepthwiseConv2dNative, ${how}`,
        kernel: 'DepthwiseConv2dNative',
        shapes: [image, [height, width, 2, 2]],
        operation: (x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
        oracle: (x, filter) => convolveDepthwise(x, filter, stride, pad),
      },
    ]
  }),
  ...poolings.flatMap(([height, width, stride, pad]): DerivativeCase[] => {
    const how = `${height}×${width}, stride ${stride}, ${pad}`
    return [
      {
        name: `MaxPool, ${how}`,
        kernel: 'MaxPool',
        shapes: [image],
        operation: x => tf.maxPool(x as tf.Tensor4D, [height, width], stride, pad),
        oracle: x => maxPool(x, [height, width], stride, pad),
      },
      {
        name: `AvgPool, ${how}`,
        kernel: 'AvgPool',
        shapes: [image],
        operation: x => tf.avgPool(x as tf.Tensor4D, [height, width], stride, pad),
        oracle: x => averagePool(x, [height, width], stride, pad),
      },
    ]
  }),
  {
    name: 'Conv2DBackpropInput, as tf.conv2dTranspose',
    kernel: 'Conv2DBackpropInput',
    shapes: [[2, 3, 3, 2], [3, 2, 4, 2]], // prettier-ignore
    operation: (y, filter) =>
      tf.conv2dTranspose(y as tf.Tensor4D, filter as tf.Tensor4D, [2, 6, 6, 4], 2, 'same'),
    oracle: (y, filter) => convolveTransposed(y, filter),
  },
]
