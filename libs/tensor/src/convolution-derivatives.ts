import * as tf from '@tensorflow/tfjs'
import { runKernel, type WindowAttributes } from './kernels.ts'

/**
 * The gradients of the gradient kernels of convolutions. A convolution is bilinear in image and filter, so each
 * is one of its three kernels again: the convolution, its gradient in the image, its gradient in the filter.
 */
export function registerConvolutionDerivatives(): void {
  bilinear('Conv2DBackpropFilter', ['x', 'dy'], (ddw, x, dy, attributes) => {
    const { strides, pad, dataFormat, dimRoundingMode } = attributes
    const common = { strides, pad, dataFormat, dimRoundingMode }
    return {
      x: () =>
        runKernel('Conv2DBackpropInput', { dy, filter: ddw }, named({ ...common, inputShape: x.shape })),
      dy: () => runKernel('Conv2D', { x, filter: ddw }, named({ ...common, dilations: [1, 1] })),
    }
  })
  bilinear('DepthwiseConv2dNativeBackpropFilter', ['x', 'dy'], (ddw, x, dy, attributes) => ({
    x: () => depthwise('BackpropInput', { dy, filter: ddw }, attributes, { inputShape: x.shape }),
    dy: () => depthwise('', { x, filter: ddw }, attributes, { dataFormat: 'NHWC' }),
  }))
  bilinear('DepthwiseConv2dNativeBackpropInput', ['dy', 'filter'], (ddx, dy, filter, attributes) => ({
    dy: () => depthwise('', { x: ddx, filter }, attributes, { dataFormat: 'NHWC' }),
    filter: () => depthwise('BackpropFilter', { x: ddx, dy }, attributes, { filterShape: filter.shape }),
  }))
}

interface ConvolutionAttributes extends WindowAttributes {
  readonly dataFormat?: 'NHWC' | 'NCHW'
  readonly dilations?: number | readonly [number, number]
}

function bilinear(
  kernelName: string,
  inputsToSave: string[],
  gradients: (
    dy: tf.Tensor,
    a: tf.Tensor,
    b: tf.Tensor,
    attributes: ConvolutionAttributes,
  ) => Record<string, () => tf.Tensor>,
): void {
  tf.registerGradient({
    kernelName,
    inputsToSave,
    gradFunc: (dy, [a, b], attributes) => {
      if (Array.isArray(dy) || a === undefined || b === undefined) throw new Error('one gradient, two inputs')
      return gradients(dy, a, b, attributes as unknown as ConvolutionAttributes)
    },
  })
}

function depthwise(
  which: '' | 'BackpropInput' | 'BackpropFilter',
  inputs: Record<string, tf.Tensor>,
  { strides, pad, dilations = 1, dimRoundingMode }: ConvolutionAttributes,
  own: object,
): tf.Tensor {
  const attributes = named({ strides, pad, dilations, dimRoundingMode, ...own })
  return runKernel(`DepthwiseConv2dNative${which}`, inputs, attributes)
}

/** Attribute maps are plain objects; the registry's type is narrower than what kernels take. */
function named(attributes: object): tf.NamedAttrMap {
  return attributes as tf.NamedAttrMap
}
