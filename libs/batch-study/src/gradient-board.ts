import { existsSync, mkdtempSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Rank } from './gradient-pieces.ts'

/** Where ranks show each other their gradients. */
export interface GradientBoard {
  /** Shows the gradient of this rank, in a round after the last one. */
  readonly put: (own: Float32Array) => void
  /**
   * The sum over the ranks in their order, of this round; the same numbers on each rank. It holds until the next call.
   *
   * @param own what this rank has put, which may be changed
   */
  readonly sum: (own: Float32Array) => Float32Array
}

const BYTES = Float32Array.BYTES_PER_ELEMENT
/** A rank may be one round ahead of those that still read. */
const ROUNDS = 2

/**
 * One rank's view of the board: a file that all of them hold open, in memory where the machine has such a place. So 2.7 MB
 * are there for the others after about 1 ms, and nobody waits until they are taken, as with a message that does not
 * fit into its pipe.
 *
 * A rank may `put` once all others have ended the round before the last: told by messages, which is the caller's part.
 *
 * @param file from `openBoardFile`, here or inherited
 * @param size how many numbers a gradient has
 * @throws RangeError on a gradient of another size
 * @throws Error when the file is full, or has ended
 */
export function gradientBoard(file: number, { rank, ranks }: Rank, size: number): GradientBoard {
  let round = -1
  const placeOf = (which: number): number => ((round % ROUNDS) * ranks + which) * size * BYTES
  const check = ({ length }: Float32Array): void => {
    if (length !== size)
      throw new RangeError(`a gradient of ${length} numbers was given; it must have ${size}`)
  }
  const read = (which: number, into: Float32Array): Float32Array => {
    whole(into, (bytes, done) => readSync(file, bytes, done, bytes.length - done, placeOf(which) + done))
    return into
  }
  // Kept: new memory costs a third of the exchange.
  const [first, other] = [new Float32Array(size), new Float32Array(size)]
  return {
    put: own => {
      check(own)
      round++
      whole(own, (bytes, done) => writeSync(file, bytes, done, bytes.length - done, placeOf(rank) + done))
    },
    sum: own => {
      check(own)
      // Rank 0 adds to its own, the others to what they read of it.
      const total = rank === 0 ? own : first
      for (let which = rank === 0 ? 1 : 0; which < ranks; which++) {
        if (which === rank) addInto(total, own)
        else if (which === 0) read(which, total)
        else addInto(total, read(which, other))
      }
      return total
    },
  }
}

/** Until all bytes have been moved: a call may move less. */
function whole(values: Float32Array, move: (bytes: Uint8Array, done: number) => number): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  for (let done = 0; done < bytes.length;) {
    const moved = move(bytes, done)
    if (moved === 0) throw new Error(`a gradient of ${bytes.length} bytes ends after ${done}`)
    done += moved
  }
}

/** sum ← sum + other, number by number. */
export function addInto(sum: Float32Array, other: Float32Array): void {
  // A plain loop is four times as fast as forEach.
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (other[i] ?? 0)
}

/**
 * A file for a board, without a name: it is gone when the last process that holds it has ended, however it ends.
 *
 * @returns its descriptor, for worker processes to inherit; to be closed by the caller, with `closeSync`
 */
export function openBoardFile(ranks: number, size: number): number {
  const folder = mkdtempSync(join(folderFor(ROUNDS * ranks * size * BYTES), 'gradients-'))
  try {
    return openSync(join(folder, 'board'), 'wx+')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Where Linux keeps files in memory, if there is room. */
function folderFor(bytes: number): string {
  if (!existsSync(IN_MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  return bavail * bsize > 2 * bytes ? IN_MEMORY : tmpdir()
}

const IN_MEMORY = '/dev/shm'
