import { randomGenerator } from '@flatland/tensor'
import { uniformInt } from 'pure-rand/distribution/uniformInt'

/**
 * The numbers 0 … size − 1 in an order fixed by seed and name (which epoch, say), each order equally likely: the
 * Fisher–Yates shuffle.
 *
 * @example permutation(3, 0, 'first') // 0, 1 and 2 in some order, always the same
 * @see R. Durstenfeld, "Algorithm 235: Random permutation", CACM 7(7), 1964.
 */
export function permutation(size: number, seed: number, name: number | string): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i)
  const random = randomGenerator(`${seed},${name}`)
  for (let last = size - 1; last > 0; last--) {
    const chosen = uniformInt(random, 0, last)
    const kept = order[last] ?? 0
    order[last] = order[chosen] ?? 0
    order[chosen] = kept
  }
  return order
}
