import { createHash } from 'node:crypto'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/**
 * The generator xoroshiro128+ with its 128 bits of state taken from the SHA-256 hash of a key. Keys that differ in
 * little, such as small seeds, so start as far apart as any others; filled with a small number itself, the state
 * would be almost all zeros and the first numbers almost the same.
 *
 * @param key any string; the same one gives the same numbers
 *
 * @example
 * randomGenerator('7/weights').next() // a 32-bit integer
 */
export function randomGenerator(key: string): RandomGenerator {
  const digest = createHash('sha256').update(key).digest()
  return xoroshiro128plusFromState([0, 4, 8, 12].map(offset => digest.readInt32LE(offset)))
}
