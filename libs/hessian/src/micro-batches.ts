import { setImmediate as nextTurn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs'
import type { Batch, Examples } from './objective.ts'

/** How work over data is cut up, watched and ended. */
export interface BatchOptions {
  /** Examples in a micro-batch: bounds the memory, does not change the result. Default 256. */
  readonly batchSize?: number
  /** Ends the work between two micro-batches: it rejects with the signal's reason, and leaves no tensors. */
  readonly signal?: AbortSignal | undefined
  /** Told after each micro-batch how many examples of this pass over the data are done, and of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Where a micro-batch lies in the data: examples start … end − 1. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * The mean over all examples of vectors that are means over a micro-batch, Σ_b (n_b / N) · work(b): exact for any
 * size of the last one.
 *
 * Sums are float64 on the host: a float32 sum of thousands of micro-batches loses digits that Lanczos would miss,
 * and reading a product back costs little beside computing it.
 *
 * @param length of the result, the flattened tensors that `work` returns
 * @param work runs inside `tf.tidy`
 * @param factor of the whole result; default 1
 */
export async function meanOverBatches(
  examples: Examples,
  length: number,
  options: BatchOptions,
  work: (batch: Batch, range: Range) => tf.Tensor[],
  factor = 1,
): Promise<Float64Array> {
  const mean = new Float64Array(length)
  await eachBatch(examples, options, (batch, range) => {
    const weight = (factor * (range.end - range.start)) / examples.size
    let offset = 0
    for (const tensor of work(batch, range)) {
      const values = tensor.dataSync<'float32'>()
      for (let i = 0; i < values.length; i++) {
        mean[offset + i] = (mean[offset + i] ?? 0) + weight * (values[i] ?? NaN)
      }
      offset += values.length
    }
  })
  return mean
}

/** Calls `work` for each micro-batch in turn, inside `tf.tidy`; other work of the process gets its turns between. */
export async function eachBatch(
  { size, slice }: Examples,
  { batchSize = DEFAULT_BATCH_SIZE, signal, onProgress }: BatchOptions,
  work: (batch: Batch, range: Range) => void,
): Promise<void> {
  for (let start = 0; start < size; start += batchSize) {
    // A signal can only be given, and a reader's interrupt only be heard, when the event loop turns.
    await nextTurn()
    signal?.throwIfAborted()
    const end = Math.min(start + batchSize, size)
    tf.tidy(() => {
      work(slice(start, end), { start, end })
    })
    onProgress?.(end, size)
  }
  signal?.throwIfAborted()
}

export const DEFAULT_BATCH_SIZE = 256
