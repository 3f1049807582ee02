import * as tf from '@tensorflow/tfjs'
import { input, runKernel } from './kernels.ts'

/**
 * The gradient of ReLU as one kernel, `ReluGrad`: dx = dy · [x > 0].
 *
 * TensorFlow.js composes it from `Step`, `Cast` and `Multiply`, and its native `Step` is seven operations more:
 * at batch 16 that is the larger part of a training step. The kernel is linear in dy, and its slope in x is 0
 * almost everywhere, so its own gradient is itself.
 */
export function registerReluGradient(): void {
  for (const backendName of ['wasm', 'cpu']) {
    tf.registerKernel({
      kernelName: 'ReluGrad',
      backendName,
      kernelFunc: ({ inputs }) => tf.tidy(() => input(inputs, 'dy').mul(tf.step(input(inputs, 'x')))),
    })
  }
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => reluGradient(dy, x) }),
  })
  tf.registerGradient({
    kernelName: 'ReluGrad',
    inputsToSave: ['x'],
    gradFunc: (ddx, [x]) => ({ dy: () => reluGradient(ddx, x) }),
  })
}

function reluGradient(dy: tf.Tensor | tf.Tensor[], x: tf.Tensor | undefined): tf.Tensor {
  if (Array.isArray(dy) || x === undefined) throw new Error('ReluGrad takes one dy and one x')
  return runKernel('ReluGrad', { dy, x })
}
