import * as tf from '@tensorflow/tfjs'
import { input, replaceKernel } from './kernels.ts'
import { registerMaxPoolGradient, registerMaxPoolSecondGradient } from './native-max-pool.ts'
import { float32, native } from './native-operations.ts'

/**
 * TensorFlow's own single operations where tfjs-node composes several, or takes a slower one.
 * The names are TensorFlow's; what they compute is not changed.
 */
export function registerNativeKernels(): void {
  registerMaxPoolGradient()
  registerMaxPoolSecondGradient()
  tf.registerKernel({
    kernelName: 'ReluGrad',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) =>
      native(backend).executeSingleOutput(
        'ReluGrad',
        [float32(backend)],
        [input(inputs, 'dy'), input(inputs, 'x')],
      ),
  })
  tf.registerKernel({
    kernelName: 'SoftmaxCrossEntropy',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend }) => {
      const operands = [input(inputs, 'logits'), input(inputs, 'labels')]
      const [loss, gradient] = native(backend).executeMultipleOutputs(
        'SoftmaxCrossEntropyWithLogits',
        [float32(backend)],
        operands,
        2,
      )
      if (loss === undefined || gradient === undefined)
        throw new Error('SoftmaxCrossEntropyWithLogits gave too little')
      gradient.dispose()
      return loss
    },
  })
  // tfjs-node's own reads all indices to check them, which TensorFlow does too: a copy, and none can be read in a trace.
  replaceKernel('GatherV2', 'tensorflow', () => ({ inputs, backend, attrs }) => {
    const [x, indices] = [input(inputs, 'x'), input(inputs, 'indices')]
    const { axis, batchDims } = attrs as unknown as tf.GatherV2Attrs
    tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batchDims)
    const { TF_ATTR_INT } = native(backend).binding
    return tf.tidy(() =>
      native(backend).executeSingleOutput(
        'GatherV2',
        [{ name: 'batch_dims', type: TF_ATTR_INT, value: batchDims }],
        [x, indices, tf.scalar(axis, 'int32')],
      ),
    )
  })
  // Plain matrices go to MatMul: BatchMatMulV2 pays for its batching even where there is none.
  replaceKernel('BatchMatMul', 'tensorflow', stock => params => {
    const { inputs, backend, attrs } = params
    const a = input(inputs, 'a')
    const b = input(inputs, 'b')
    if (a.rank !== 2 || b.rank !== 2) return stock(params)
    const { TF_ATTR_BOOL } = native(backend).binding
    const attributes = [
      { ...float32(backend), value: native(backend).getDTypeInteger(a.dtype) },
      { name: 'transpose_a', type: TF_ATTR_BOOL, value: attrs?.['transposeA'] === true },
      { name: 'transpose_b', type: TF_ATTR_BOOL, value: attrs?.['transposeB'] === true },
    ]
    return native(backend).executeSingleOutput('MatMul', attributes, [a, b])
  })
}
