import type { Split } from './dataset.ts'
import { permutation } from './permutation.ts'
import { standardiser } from './pixels.ts'
import { requireWhole } from './require-whole.ts'

/** Some images of a split with their classes, ready for a network. */
export interface Batch {
  /** Pixels in standard units, `size · h · w · c` of them: see `pixels`. */
  readonly images: Float32Array
  /** The class of each image. */
  readonly labels: Int32Array
  /** The number of images: `batchSize`, or fewer in the last batch. */
  readonly size: number
}

export interface BatchOptions {
  /** Images in a batch: a whole number from 1 to the size of the split. */
  readonly batchSize: number
  /** Fixes the order, together with `epoch`: a whole number. Default 0. */
  readonly seed?: number
  /** Which pass over the data this is, 0, 1, …: each has an order of its own. Default 0. */
  readonly epoch?: number
  /** `false` takes the images as they lie, whatever seed and epoch are. Default true. */
  readonly shuffle?: boolean
}

/**
 * One epoch: every image of the split exactly once, in ⌈size / batchSize⌉ batches, the last of which may be short.
 * The same seed and epoch give the same batches on every machine. Each batch has arrays of its own, made when it is asked
 * for; the result can be iterated again, and gives the same batches again.
 *
 * @throws RangeError at once if an option is not what it must be.
 * @example
 * for (let epoch = 0; epoch < 3; epoch++)
 *   for (const { images, labels, size } of batches(train, { batchSize: 128, seed: 1, epoch })) step(images, labels, size)
 */
export function batches(split: Split, options: BatchOptions): Iterable<Batch> {
  const { batchSize, seed = 0, epoch = 0, shuffle = true } = options
  requireWhole('batchSize', batchSize, 1, split.size)
  requireWhole('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  requireWhole('epoch', epoch, 0, Number.MAX_SAFE_INTEGER)
  return {
    *[Symbol.iterator]() {
      const order = shuffle ? permutation(split.size, seed, epoch) : Uint32Array.from(split.labels.keys())
      const standardised = standardiser(split)
      for (let start = 0; start < split.size; start += batchSize) {
        const indices = order.subarray(start, start + batchSize)
        const labels = Int32Array.from(indices, index => split.labels[index] ?? 0)
        yield { images: standardised(indices), labels, size: indices.length }
      }
    },
  }
}
