import { randomStream } from '@flatland/tensor'

/** A matrix by rows, `rows` of them at a time but for the last block. */
export interface RowBlocks {
  readonly size: number
  readonly rows: number
  readonly at: (block: number) => Float32Array
}

/** So many numbers are kept: 512 MB. */
const KEPT = 2 ** 27
/** Entries of a block. */
const BLOCK = 2 ** 20

/**
 * A matrix of independent standard normal numbers, fixed by a seed.
 *
 * @param kept up to so many numbers in all are kept once they are drawn; of more, a block is drawn anew each time
 */
export function normalRows(size: number, dimension: number, seed: number, kept = KEPT): RowBlocks {
  const rows = Math.max(1, Math.floor(BLOCK / dimension))
  const stream = randomStream(seed).fork('subspace')
  const blocks = new Map<number, Float32Array>()
  return {
    size,
    rows,
    at: block => {
      const found = blocks.get(block)
      if (found !== undefined) return found
      const drawn = stream.fork(String(block)).normal(Math.min(rows, size - block * rows) * dimension)
      if (size * dimension <= kept) blocks.set(block, drawn)
      return drawn
    },
  }
}

/** Calls `work` for each row of A: where it begins in its block, and which one it is. */
export function eachRow(
  { size, rows, at }: RowBlocks,
  dimension: number,
  work: (block: Float32Array, at: number, row: number) => void,
): void {
  for (let first = 0; first < size; first += rows) {
    const block = at(first / rows)
    const count = Math.min(rows, size - first)
    for (let row = 0; row < count; row++) work(block, row * dimension, first + row)
  }
}
