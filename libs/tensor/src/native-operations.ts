import type * as tf from '@tensorflow/tfjs'

/** The part of tfjs-node's backend that is used here; its own types want instances where it takes plain objects. */
export interface NativeBackend {
  readonly binding: Readonly<
    Record<'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_FLOAT', number>
  >
  getDTypeInteger(dtype: tf.DataType): number
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: tf.Tensor[]): tf.Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: tf.Tensor[],
    n: number,
  ): tf.Tensor[]
}

export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: number | boolean | string | readonly number[]
}

/** The backend that a kernel is called with. */
export function native(backend: unknown): NativeBackend {
  return backend as NativeBackend
}

/** The operation's type attribute `T` = float32. */
export function float32(backend: unknown): Attribute {
  const { TF_ATTR_TYPE, TF_FLOAT } = native(backend).binding
  return { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }
}
