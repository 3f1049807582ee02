import * as tf from '@tensorflow/tfjs'
import { pair, runKernel } from './kernels.ts'
import { maxPoolGradientTransposed } from './max-pool-places.ts'

/**
 * The gradients of the gradient kernels of pooling. Both are linear in dy, and their slope in the image is 0
 * almost everywhere, so what is asked for is their transpose.
 */
export function registerPoolingDerivatives(): void {
  for (const backendName of ['wasm', 'cpu']) {
    tf.registerKernel({ kernelName: 'MaxPoolGradGrad', backendName, kernelFunc: maxPoolGradientTransposed })
  }
  tf.registerGradient({
    kernelName: 'MaxPoolGrad',
    inputsToSave: ['input', 'output'],
    gradFunc: (ddx, [input, output], attributes) => {
      if (Array.isArray(ddx) || input === undefined || output === undefined)
        throw new Error('one gradient, two inputs')
      return { dy: () => pickMaxima(ddx, input, output, attributes) }
    },
  })
  tf.registerGradient({
    kernelName: 'AvgPoolGrad',
    gradFunc: (ddx, _, attributes) => {
      if (Array.isArray(ddx)) throw new Error('one gradient')
      return { dy: () => runKernel('AvgPool', { x: ddx }, attributes) }
    },
  })
}

/** With windows that do not overlap, a 0/1 mask of the maxima and a mean over each window do it faster. */
function pickMaxima(
  ddx: tf.Tensor,
  input: tf.Tensor,
  output: tf.Tensor,
  attributes: tf.NamedAttrMap,
): tf.Tensor {
  const { filterSize, strides, pad } = attributes as unknown as tf.MaxPoolGradAttrs
  const [height, width] = pair(filterSize)
  if (pair(filterSize).join() !== pair(strides).join() || pad !== 'valid') {
    return runKernel('MaxPoolGradGrad', { input, output, ddx }, attributes)
  }
  return tf.tidy(() => {
    const mask = runKernel('MaxPoolGrad', { dy: tf.onesLike(output), input, output }, attributes)
    return runKernel('AvgPool', { x: ddx.mul(mask) }, attributes).mul(height * width)
  })
}
