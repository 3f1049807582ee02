import { ghostBatchOf } from './trial-network.ts'
import type { TrialFields } from './trial-fields.ts'

/** What of a trial says how a batch is cut. */
export type Cut = Pick<TrialFields, 'network' | 'microBatch'> & {
  readonly data: Pick<TrialFields['data'], 'name'>
}

/** Examples of a batch that pass the network together. */
export interface Piece {
  /** Which of the batch's micro-batches it is; 0 where there are none. */
  readonly index: number
  /** The place in the batch of its first example. */
  readonly from: number
  readonly size: number
}

/** What is never cut in two: a micro-batch, a ghost batch, or an example. */
export function unitOf(cut: Cut): number {
  return cut.microBatch ?? ghostBatchOf(cut) ?? 1
}

/** One of the processes that share each batch of a trial. */
export interface Rank {
  /** From 0 to before `ranks`. */
  readonly rank: number
  readonly ranks: number
}

/**
 * What one rank does of a batch: of n ranks, rank r has the units from ⌊r u / n⌋ to before ⌊(r + 1) u / n⌋ of its u, as one
 * piece, or micro-batch by micro-batch. So the ranks' parts lie one after another, are as equal as whole units can be, and a
 * micro-batch or a ghost batch is the same whatever n is.
 *
 * @param size of the batch
 */
export function piecesOf(cut: Cut, size: number, { rank, ranks }: Rank = { rank: 0, ranks: 1 }): Piece[] {
  const unit = unitOf(cut)
  const units = Math.ceil(size / unit)
  const at = (place: number): number => Math.floor((place * units) / ranks)
  const [first, end] = [at(rank), at(rank + 1)]
  const piece = (index: number, from: number, to: number): Piece => {
    return { index, from, size: Math.min(to, size) - from }
  }
  if (cut.microBatch === null) return first === end ? [] : [piece(0, first * unit, end * unit)]
  return Array.from({ length: end - first }, (_, i) => {
    const index = first + i
    return piece(index, index * unit, (index + 1) * unit)
  })
}
