import type * as tf from '@tensorflow/tfjs'

/**
 * Inputs by which a kernel only chooses: its slope in them is 0 wherever it has one. Gradients choose by them
 * (`x > 0 ? dy : 0`); TensorFlow.js then has no gradient, or carries tensors of zeros back through the whole
 * network.
 */
const FLAT_INPUTS: Readonly<Record<string, readonly string[]>> = {
  ArgMax: ['x'],
  ArgMin: ['x'],
  AvgPoolGrad: ['input'],
  Equal: ['a', 'b'],
  GatherV2: ['indices'],
  Greater: ['a', 'b'],
  GreaterEqual: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalNot: ['x'],
  LogicalOr: ['a', 'b'],
  MaxPoolGrad: ['input', 'output'],
  NotEqual: ['a', 'b'],
  OneHot: ['indices'],
  OnesLike: ['x'],
  ReluGrad: ['x'],
  Select: ['condition'],
  UnsortedSegmentSum: ['segmentIds'],
  ZerosLike: ['x'],
}

/** The inputs by which a kernel is differentiated. */
export function slopedInputs(kernelName: string, inputs: tf.NamedTensorMap): tf.NamedTensorMap {
  const flat = FLAT_INPUTS[kernelName]
  if (flat === undefined) return inputs
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !flat.includes(name)))
}
