import * as tf from '@tensorflow/tfjs'
import type { Attribute } from './graph.ts'

/** What is used of tfjs-node's backend (4.22, `nodejs_kernel_backend.js`). */
export interface NativeBackend {
  readonly binding: { tensorDataSync(id: number): ArrayBufferView }
  readonly tensorMap: { get(data: object): NativeData; has(data: object): boolean }
  executeSingleOutput(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    count: number,
  ): tf.Tensor[]
  refCount(data: object): number
  readSync(data: object): tf.TypedArray
  read(data: object): Promise<tf.TypedArray>
  move(data: object, values: tf.TypedArray, shape: number[], type: tf.DataType, references: number): void
}

/** A tensor's data: in TensorFlow under `id`, or still here as `values`. `dtype` is TensorFlow's number. */
export interface NativeData {
  readonly dtype: number
  readonly id: number
  readonly values: ArrayBufferView | readonly Uint8Array[] | null
}

/** @throws when the backend is not the native one */
export function nativeBackend(): NativeBackend {
  if (tf.getBackend() !== 'tensorflow')
    throw new Error(`graphs run natively only; the backend is '${tf.getBackend()}'`)
  return tf.backend() as unknown as NativeBackend
}

/** Who wants to know what the backend does. */
export interface Watch {
  readonly read: (data: object) => void
  readonly wrote: (data: object) => void
  /** Called before an operation; what it returns is called with the results. */
  readonly execute: (
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
  ) => (outputs: readonly tf.Tensor[]) => void
}

/** Runs some work while the backend tells what it does. */
export function watched<R>(backend: NativeBackend, watch: Watch, work: () => R): R {
  const stock = Object.getPrototypeOf(backend) as NativeBackend
  Object.assign(backend, {
    executeSingleOutput: (
      ...[name, attributes, inputs]: Parameters<NativeBackend['executeSingleOutput']>
    ) => {
      const told = watch.execute(name, attributes, inputs)
      const output = stock.executeSingleOutput.call(backend, name, attributes, inputs)
      told([output])
      return output
    },
    executeMultipleOutputs: (
      ...[name, attributes, inputs, count]: Parameters<NativeBackend['executeMultipleOutputs']>
    ) => {
      const told = watch.execute(name, attributes, inputs)
      const outputs = stock.executeMultipleOutputs.call(backend, name, attributes, inputs, count)
      told(outputs)
      return outputs
    },
    readSync: (data: object) => {
      watch.read(data)
      return stock.readSync.call(backend, data)
    },
    move: (...given: Parameters<NativeBackend['move']>) => {
      watch.wrote(given[0])
      stock.move.apply(backend, given)
    },
  })
  try {
    return work()
  } finally {
    for (const name of ['executeSingleOutput', 'executeMultipleOutputs', 'readSync', 'move']) {
      Reflect.deleteProperty(backend, name)
    }
  }
}
