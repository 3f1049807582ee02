import * as tf from '@tensorflow/tfjs'
import { runKernel } from './kernels.ts'
import { registerConvolutionDerivatives } from './convolution-derivatives.ts'
import { registerPoolingDerivatives } from './pooling-derivatives.ts'

/** Gradients of gradient kernels that TensorFlow.js lacks, or has wrong. */
export function registerSecondDerivatives(): void {
  registerConvolutionDerivatives()
  registerPoolingDerivatives()
  registerEluDerivative()
  replaceCumsumGradient()
  replaceSumGradient()
}

/** `EluGrad` gives dy · (y < 0 ? y + 1 : 1), with y = elu(x). */
function registerEluDerivative(): void {
  tf.registerGradient({
    kernelName: 'EluGrad',
    inputsToSave: ['dy', 'y'],
    gradFunc: (ddx, [dy, y]) => {
      if (Array.isArray(ddx) || dy === undefined || y === undefined)
        throw new Error('one gradient, two inputs')
      return {
        dy: () => runKernel('EluGrad', { dy: ddx, y }),
        y: () => ddx.mul(dy).mul(tf.less(y, 0).toFloat()),
      }
    },
  })
}

/** TensorFlow.js's own transposes the result where the axis is not the last: silently wrong on a square. */
function replaceCumsumGradient(): void {
  tf.unregisterGradient('Cumsum')
  tf.registerGradient({
    kernelName: 'Cumsum',
    gradFunc: (dy, _, attributes) => {
      if (Array.isArray(dy)) throw new Error('one gradient')
      const { axis, exclusive, reverse } = attributes as unknown as tf.CumsumAttrs
      return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) }
    },
  })
}

/** TensorFlow.js's own fills an array of ones on the host and copies it over: 8 % of a Hessian product. */
function replaceSumGradient(): void {
  tf.unregisterGradient('Sum')
  tf.registerGradient({
    kernelName: 'Sum',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => {
      if (Array.isArray(dy) || x === undefined) throw new Error('one gradient, one input')
      const { axis } = attributes as unknown as tf.SumAttrs
      const summed = new Set(tf.util.parseAxisParam(axis, x.shape))
      const kept = x.shape.map((size, i) => (summed.has(i) ? 1 : size))
      return { x: () => tf.reshape(dy, kept).mul(tf.fill(x.shape, 1)) }
    },
  })
}
