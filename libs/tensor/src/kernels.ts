import * as tf from '@tensorflow/tfjs'

/** Runs a kernel by name and checks that it gave one tensor. */
export function runKernel(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: tf.NamedAttrMap = {},
): tf.Tensor {
  const output: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, attributes)
  if (Array.isArray(output)) throw new Error(`The kernel ${name} gave ${output.length} tensors, expected one`)
  return output
}

/** Puts another function in the place of a kernel that is registered already; it gets the stock one to call. */
export function replaceKernel(
  name: string,
  backendName: string,
  make: (stock: tf.KernelFunc) => tf.KernelFunc,
): void {
  const stock = tf.getKernel(name, backendName)
  tf.unregisterKernel(name, backendName)
  tf.registerKernel({ ...stock, kernelFunc: make(stock.kernelFunc) })
}

/** One input of a kernel as a tensor: the engine passes tensors, its types say less. */
export function input(inputs: tf.NamedTensorInfoMap, name: string): tf.Tensor {
  const value: unknown = inputs[name]
  if (!(value instanceof tf.Tensor)) throw new Error(`A kernel was called without its input '${name}'`)
  return value as tf.Tensor
}

/** The attributes that every 2-D convolution and pooling kernel is called with. */
export interface WindowAttributes {
  readonly strides: number | readonly [number, number]
  readonly pad: 'same' | 'valid' | number | readonly (readonly [number, number])[]
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/** A number, or a pair, as a pair. */
export function pair(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value
}
