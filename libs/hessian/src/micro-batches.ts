import { setImmediate as nextTurn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs'
import { addTo, compensatedSum } from './compensated-sum.ts'
import type { Batch, Examples } from './objective.ts'

/** How work over data is cut up, watched and ended. */
export interface BatchOptions {
  /** Examples in a micro-batch: bounds the memory, does not change the result. Default: that of the examples, or 256. */
  readonly batchSize?: number
  /** Ends the work between two micro-batches: it rejects with the signal's reason, and leaves no tensors. */
  readonly signal?: AbortSignal | undefined
  /** Told after each micro-batch how many examples of this pass over the data are done, and of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Where a micro-batch lies in the data: examples start … end − 1. */
interface Range {
  readonly start: number
  readonly end: number
}

/**
 * The mean over all examples of vectors that are means over a micro-batch, Σ_b (n_b / N) · work(b): exact for any
 * size of the last one.
 *
 * Sums lose nothing (see `compensatedSum`): a plain float32 sum of thousands of micro-batches loses digits that Lanczos
 * would miss.
 *
 * @param length of the result, the flattened tensors that `work` returns
 * @param work runs inside `tf.tidy`
 * @param factor of the whole result; default 1
 */
export async function meanOverBatches(
  examples: Examples,
  length: number,
  options: BatchOptions,
  work: BatchWork<tf.Tensor[]>,
  factor = 1,
): Promise<Float64Array> {
  const { size } = examples
  const mean = new Float64Array(length)
  const count = Math.min(size, microBatchSize(examples, options))
  const sum = compensatedSum(mean, (factor * count) / size)
  try {
    await eachBatch(examples, options, (batch, range) => {
      const tensors = work(batch, range)
      const own = range.end - range.start
      // Few numbers are read at once; so is the last and shorter micro-batch, which has another weight.
      if (own === count && length > FEW) sum.add(tensors)
      else addTo(mean, (factor * own) / size, tensors)
    })
    sum.read()
    return mean
  } finally {
    sum.dispose()
  }
}

/** Reading so many numbers costs less than adding them on the backend. */
const FEW = 10_000

/** Work on a micro-batch, which is made when it is asked for. */
export type BatchWork<R> = (batch: () => Batch, range: Range) => R

/** Calls `work` for each micro-batch in turn, inside `tf.tidy`; other work of the process gets its turns between. */
export async function eachBatch(
  examples: Examples,
  options: BatchOptions,
  work: BatchWork<void>,
): Promise<void> {
  const { size, slice } = examples
  const { signal, onProgress } = options
  const batchSize = microBatchSize(examples, options)
  for (let start = 0; start < size; start += batchSize) {
    // A signal can only be given, and a reader's interrupt only be heard, when the event loop turns.
    await nextTurn()
    signal?.throwIfAborted()
    const end = Math.min(start + batchSize, size)
    tf.tidy(() => {
      work(() => slice(start, end), { start, end })
    })
    onProgress?.(end, size)
  }
  signal?.throwIfAborted()
}

/** How many examples are worked off at once. */
export function microBatchSize({ batchSize = DEFAULT_BATCH_SIZE }: Examples, options: BatchOptions): number {
  return options.batchSize ?? batchSize
}

const DEFAULT_BATCH_SIZE = 256
