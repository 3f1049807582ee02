import * as tf from '@tensorflow/tfjs'
import type { Compiled, CompileOptions } from './compile.ts'
import { compileWhile } from './compile-while.ts'
import { identityOf } from './identity.ts'
import { takesRateAsTensor, withRate } from './learning-rate.ts'
import type { Tensors } from './tensors.ts'

/**
 * Compiles some work that has an optimiser update variables, and keeps right what the optimiser knows as JavaScript's
 * numbers: its rate goes in as a tensor, its count of iterations goes on, and any other change makes a new graph.
 *
 * @param current the optimiser that `work` uses at present
 * @param settings what else `work` depends on; another text makes a new graph
 */
export function optimizerStep<Batch extends readonly Tensors[], Result>(
  current: () => tf.Optimizer,
  work: (...batch: Batch) => Result,
  settings: () => string,
  options: CompileOptions = {},
): Compiled<Batch, Result> {
  const rate = rateTensor()
  const compiled = compileWhile(
    () => stateOf(current(), settings),
    (rate: tf.Scalar | null, ...batch: Batch): Result =>
      rate === null ? work(...batch) : withRate(current(), rate, () => work(...batch)),
    options,
    () => {
      settle(current())
    },
  )
  const call = (...batch: Batch): Result => {
    const optimizer = current()
    return counted(optimizer, () =>
      compiled(takesRateAsTensor(optimizer) ? rate.of(optimizer) : null, ...batch),
    )
  }
  const dispose = (): void => {
    compiled.dispose()
    rate.dispose()
  }
  return Object.assign(call, { dispose, explain: compiled.explain })
}

/** A graph does not run the line of `applyGradients` that counts. */
function counted<R>(optimizer: tf.Optimizer, step: () => R): R {
  const before = optimizer.iterations
  const result = step()
  if (optimizer.iterations === before)
    (optimizer as unknown as { incrementIterations(): void }).incrementIterations()
  return result
}

/** The rate as a tensor, made anew when it changes. */
function rateTensor() {
  let tensor: tf.Scalar | undefined
  let number = NaN
  return {
    of: (optimizer: tf.Optimizer): tf.Scalar => {
      const { learningRate } = optimizer as unknown as { readonly learningRate: number }
      if (tensor === undefined || tensor.isDisposed || !Object.is(learningRate, number)) {
        tensor?.dispose()
        number = learningRate
        tensor = tf.keep(tf.scalar(number))
      }
      return tensor
    },
    dispose: (): void => {
      tensor?.dispose()
      tensor = undefined
    },
  }
}

/** `setMomentum` changes the number, and not the tensor that the optimiser computes with (TensorFlow.js 4.22). */
function settle(optimizer: tf.Optimizer): void {
  // Not `instanceof`: any optimiser is one of any class of them.
  if (optimizer.constructor !== tf.MomentumOptimizer) return
  const own = optimizer as unknown as { readonly momentum: number; m: tf.Scalar }
  own.m.dispose()
  own.m = tf.keep(tf.scalar(own.momentum))
}

/** All that a graph takes as fixed: numbers, and which tensors its state is (`setWeights` makes others). */
function stateOf(optimizer: tf.Optimizer, settings: () => string): string {
  const own = Object.entries(optimizer).filter(([name]) => !isOpen(optimizer, name))
  return JSON.stringify([identityOf(optimizer), own.map(([name, value]) => [name, plain(value)]), settings()])
}

function isOpen(optimizer: tf.Optimizer, name: string): boolean {
  return name === 'iterations_' || (takesRateAsTensor(optimizer) && (name === 'learningRate' || name === 'c'))
}

function plain(value: unknown): unknown {
  if (value instanceof tf.Tensor) return value.id
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null && 'variable' in value) return plain(value.variable)
  return typeof value === 'number' ? String(value) : typeof value === 'object' ? null : value
}
