import * as tf from '@tensorflow/tfjs'
import { input, pair, replaceKernel, type WindowAttributes } from './kernels.ts'
import { type Attribute, float32, native, type NativeBackend } from './native-operations.ts'

interface PoolAttributes extends WindowAttributes {
  readonly filterSize: number | readonly [number, number]
}

/**
 * The gradient of max pooling by oneDNN, where TensorFlow would take its own scalar kernel: run eagerly, it does
 * not rewrite this operation as it does convolutions, so the pair of oneDNN's operations is called by name. The
 * gradient needs the forward pass's workspace, which the tape does not keep; pooling anew costs far less than it
 * saves (a CNN step at batch 256 takes about three quarters of the time).
 *
 * Where oneDNN is switched off or lacks the operation, the stock kernel stays.
 */
export function registerMaxPoolGradient(): void {
  let available = process.env['TF_ENABLE_ONEDNN_OPTS'] !== '0'
  replaceKernel('MaxPoolGrad', 'tensorflow', stock => params => {
    const { pad, dimRoundingMode } = params.attrs as unknown as PoolAttributes
    const usual = (pad === 'valid' || pad === 'same') && dimRoundingMode === undefined
    if (!available || !usual || input(params.inputs, 'input').dtype !== 'float32') return stock(params)
    try {
      return byOneDnn(params)
    } catch {
      available = false
      return stock(params)
    }
  })
}

/**
 * Takes from ddx what lies at each window's maximum, by TensorFlow's own `MaxPoolGradGrad`; but by places where the
 * result is as large as ddx: in a graph `MaxPoolGradGrad` then takes ddx's memory for its result, fills it with zeros, and
 * reads ddx from it (TensorFlow 2.21).
 */
export function registerMaxPoolSecondGradient(): void {
  tf.registerKernel({
    kernelName: 'MaxPoolGradGrad',
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const [x, output, ddx] = [input(inputs, 'input'), input(inputs, 'output'), input(inputs, 'ddx')]
      const attributes = poolAttributes(native(backend), attrs as unknown as PoolAttributes)
      return output.size === ddx.size
        ? byPlaces(native(backend), attributes, x, ddx)
        : native(backend).executeSingleOutput('MaxPoolGradGrad', attributes, [x, output, ddx])
    },
  })
}

function byPlaces(
  backend: NativeBackend,
  attributes: readonly Attribute[],
  x: tf.Tensor,
  ddx: tf.Tensor,
): tf.Tensor {
  const own = [
    ...attributes.filter(({ name }) => name !== 'data_format'),
    { name: 'Targmax', type: backend.binding.TF_ATTR_TYPE, value: backend.getDTypeInteger('int32') },
    { name: 'include_batch_in_index', type: backend.binding.TF_ATTR_BOOL, value: true },
  ]
  return tf.tidy(() => {
    const [output, places] = backend.executeMultipleOutputs('MaxPoolWithArgmax', own, [x], 2)
    if (output === undefined || places === undefined) throw new Error('MaxPoolWithArgmax gave too little')
    return backend.executeSingleOutput('GatherV2', [], [ddx.flatten(), places, tf.scalar(0, 'int32')])
  })
}

function byOneDnn({ inputs, attrs, backend }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const x = input(inputs, 'input')
  const attributes = poolAttributes(native(backend), attrs as unknown as PoolAttributes)
  const forward = native(backend).executeMultipleOutputs(
    '_MklNativeMaxPool',
    [...attributes, ...oneDnn(native(backend))],
    [x],
    2,
  )
  try {
    const [output, workspace] = forward
    if (output === undefined || workspace === undefined) throw new Error('_MklNativeMaxPool gave too little')
    const operands = [x, output, input(inputs, 'dy'), workspace]
    return native(backend).executeSingleOutput(
      '_MklNativeMaxPoolGrad',
      [...attributes, ...oneDnn(native(backend))],
      operands,
    )
  } finally {
    tf.dispose(forward)
  }
}

function poolAttributes(backend: NativeBackend, { filterSize, strides, pad }: PoolAttributes): Attribute[] {
  const { TF_ATTR_INT, TF_ATTR_STRING } = backend.binding
  return [
    float32(backend),
    { name: 'ksize', type: TF_ATTR_INT, value: [1, ...pair(filterSize), 1] },
    { name: 'strides', type: TF_ATTR_INT, value: [1, ...pair(strides), 1] },
    { name: 'padding', type: TF_ATTR_STRING, value: pad === 'same' ? 'SAME' : 'VALID' },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
  ]
}

/** What oneDNN's operations want besides. */
function oneDnn({ binding }: NativeBackend): Attribute[] {
  return [
    { name: '_kernel', type: binding.TF_ATTR_STRING, value: 'MklNameChangeOp' },
    { name: 'workspace_enabled', type: binding.TF_ATTR_BOOL, value: true },
  ]
}
