import { createHash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/**
 * The numbers 0 … size − 1 in an order fixed by (seed, epoch), each order equally likely: the Fisher–Yates shuffle.
 *
 * @see R. Durstenfeld, "Algorithm 235: Random permutation", CACM 7(7), 1964.
 */
export function permutation(size: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i)
  const random = generator(seed, epoch)
  for (let last = size - 1; last > 0; last--) {
    const chosen = uniformInt(random, 0, last)
    const kept = order[last] ?? 0
    order[last] = order[chosen] ?? 0
    order[chosen] = kept
  }
  return order
}

/** Small seeds differ in a few bits only, and so would the first numbers drawn: a hash spreads them over the whole state. */
function generator(seed: number, epoch: number) {
  const digest = createHash('sha256').update(`${seed},${epoch}`).digest()
  return xoroshiro128plusFromState([0, 4, 8, 12].map(offset => digest.readInt32LE(offset)))
}
