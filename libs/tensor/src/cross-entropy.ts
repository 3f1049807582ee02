import * as tf from '@tensorflow/tfjs'
import { input, runKernel } from './kernels.ts'

/**
 * Mean softmax cross-entropy of logits, right to second order:
 *
 *   L = −(1/b) Σᵢ Σₖ yᵢₖ · log softmax(zᵢ)ₖ,   ∂L/∂z = (softmax(z) − y) / b.
 *
 * `tf.losses.softmaxCrossEntropy` gives the same value and first gradient, and silently wrong second
 * derivatives; here the gradient is made of operations that can be differentiated again.
 *
 * @param logits z, shape [b, k], float32
 * @param labels y, shape [b, k], rows that sum to 1 (one-hot, or smoothed)
 * @returns a scalar, in nats
 * @throws RangeError when the shapes differ or are not of rank 2
 *
 * @example
 * crossEntropy(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]])) // log 2
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  if (logits.rank !== 2 || logits.shape.join() !== labels.shape.join()) {
    throw new RangeError(
      `crossEntropy needs logits and labels of one shape [b, k]; got [${logits.shape.join()}] and [${labels.shape.join()}]`,
    )
  }
  return tf.tidy(() => runKernel('SoftmaxCrossEntropy', { logits, labels }).mean())
}

/** Registers the kernel off native (native has TensorFlow's own) and its gradient everywhere. */
export function registerCrossEntropy(): void {
  for (const backendName of ['wasm', 'cpu']) {
    tf.registerKernel({
      kernelName: 'SoftmaxCrossEntropy',
      backendName,
      kernelFunc: ({ inputs }) =>
        tf.tidy(() => {
          const logits = input(inputs, 'logits')
          const shifted = logits.sub(logits.max(1, true))
          const normaliser = shifted.exp().sum(1).log()
          return normaliser.sub(shifted.mul(input(inputs, 'labels')).sum(1))
        }),
    })
  }
  tf.registerGradient({
    kernelName: 'SoftmaxCrossEntropy',
    inputsToSave: ['logits', 'labels'],
    gradFunc: (dy, saved) => {
      const [logits, labels] = saved
      if (Array.isArray(dy) || logits === undefined || labels === undefined)
        throw new Error('one dy, two inputs')
      return {
        logits: () => tf.softmax(logits).sub(labels).mul(dy.expandDims(1)),
        labels: () => {
          throw new Error('crossEntropy is not differentiated by its labels: pass them as constants')
        },
      }
    },
  })
}
