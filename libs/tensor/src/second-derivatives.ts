import * as tf from '@tensorflow/tfjs'
import { pair, runKernel, type WindowAttributes } from './kernels.ts'

/**
 * Gradients of gradient kernels that TensorFlow.js lacks, so that a convolutional network with max pooling has
 * Hessian-vector products. Each is exact: the kernels are linear or bilinear in what is differentiated.
 */
export function registerSecondDerivatives(): void {
  tf.registerGradient({
    kernelName: 'Conv2DBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: (ddw, saved, attributes) => {
      const [x, dy] = saved
      if (Array.isArray(ddw) || x === undefined || dy === undefined)
        throw new Error('one gradient, two inputs')
      const { strides, pad, dataFormat, dimRoundingMode } = attributes as unknown as ConvolutionAttributes
      const common = { strides, pad, dataFormat, dimRoundingMode }
      return {
        x: () =>
          runKernel('Conv2DBackpropInput', { dy, filter: ddw }, named({ ...common, inputShape: x.shape })),
        dy: () => runKernel('Conv2D', { x, filter: ddw }, named({ ...common, dilations: [1, 1] })),
      }
    },
  })
  tf.registerGradient({
    kernelName: 'MaxPoolGrad',
    inputsToSave: ['input', 'output'],
    gradFunc: (ddx, saved, attributes) => {
      const [input, output] = saved
      if (Array.isArray(ddx) || input === undefined || output === undefined)
        throw new Error('one gradient, two inputs')
      return {
        dy: () => pickMaxima(ddx, input, output, attributes),
        input: () => tf.zerosLike(input),
        output: () => tf.zerosLike(output),
      }
    },
  })
}

interface ConvolutionAttributes extends WindowAttributes {
  readonly dataFormat: 'NHWC' | 'NCHW'
}

/**
 * `MaxPoolGrad` puts each dy where its window's maximum is; its transpose takes from ddx what lies there.
 * With windows that do not overlap, a 0/1 mask of the maxima and a sum over each window do that.
 */
function pickMaxima(
  ddx: tf.Tensor,
  input: tf.Tensor,
  output: tf.Tensor,
  attributes: tf.NamedAttrMap,
): tf.Tensor {
  const { filterSize, strides, pad } = attributes as unknown as WindowAttributes & {
    readonly filterSize: number | readonly [number, number]
  }
  const [height, width] = pair(filterSize)
  if (pair(filterSize).join() !== pair(strides).join() || pad !== 'valid') {
    throw new Error(
      `maxPool with windows ${pair(filterSize).join('×')}, strides ${pair(strides).join('×')} and pad ${JSON.stringify(pad)} ` +
        "has no verified second derivative: use windows as large as the strides and pad 'valid'",
    )
  }
  return tf.tidy(() => {
    const mask = runKernel('MaxPoolGrad', { dy: tf.onesLike(output), input, output }, attributes)
    const means = runKernel('AvgPool', { x: ddx.mul(mask) }, named({ filterSize, strides, pad }))
    return means.mul(height * width)
  })
}

/** Attribute maps are plain objects; the registry's type is narrower than what kernels take. */
function named(attributes: object): tf.NamedAttrMap {
  return attributes as tf.NamedAttrMap
}
