import { permutation } from '@flatland/datasets'
import type { Trial } from './trial.ts'

/** Of some length, at least one. */
export function updatesIn(length: Trial['length'], perEpoch: number): number {
  return 'updates' in length ? length.updates : Math.max(1, Math.round(length.epochs * perEpoch))
}

export function updatesPerEpoch({ batchSize, lastBatch, data }: Trial): number {
  return lastBatch === 'keep' ? Math.ceil(data.train / batchSize) : Math.floor(data.train / batchSize)
}

/** Batches of places, epoch after epoch, each in an order of its own. */
export function* endlessBatches({
  batchSize,
  lastBatch,
  data,
  seed,
}: Trial): Generator<Int32Array, never, undefined> {
  for (let epoch = 0; ; epoch++) {
    const order = Int32Array.from(permutation(data.train, seed, epoch))
    for (let from = 0; from < order.length; from += batchSize) {
      const places = order.subarray(from, from + batchSize)
      if (lastBatch === 'keep' || places.length === batchSize) yield places
    }
  }
}
