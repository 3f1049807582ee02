import * as tf from '@tensorflow/tfjs'
import { input } from './kernels.ts'

/** The gradient of `tf.gather`, which wasm lacks: row s of the result is the sum of the rows whose id is s. */
export function registerSegmentSum(): void {
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => {
        const x = input(inputs, 'x')
        const ids = input(inputs, 'segmentIds')
        const { numSegments } = attrs as unknown as tf.UnsortedSegmentSumAttrs
        return tf.scatterND(ids.reshape([-1, 1]), x, [numSegments, ...x.shape.slice(1)])
      }),
  })
}
