import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { boxMuller } from './box-muller.ts'
import { randomGenerator } from './random-generator.ts'

/**
 * A stream of random numbers, fixed by its seed: the same seed gives the same bits on every backend and any
 * number of threads, since the numbers are drawn on the host.
 */
export interface RandomStream {
  /** The next `size` samples of a normal distribution with mean 0 and standard deviation 1. */
  normal(size: number): Float32Array
  /** The next `size` samples, uniform on [0, 1). */
  uniform(size: number): Float32Array
  /** An independent stream, fixed by this one's seed and the label, however much was drawn here before. */
  fork(label: string): RandomStream
}

/**
 * Opens a stream.
 *
 * @param seed an integer from 0 to 2³² − 1
 * @throws RangeError on any other seed
 *
 * @example
 * randomStream(0).fork('weights').normal(2) // two numbers, the same ones every time
 */
export function randomStream(seed: number): RandomStream {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`seed is ${seed}; it must be an integer from 0 to 4294967295`)
  }
  return streamOf(String(seed))
}

/** A fork's key is a path of labels that starts at the seed: nothing drawn is part of it. */
function streamOf(key: string): RandomStream {
  const generator = randomGenerator(key)
  return {
    normal: size => boxMuller(new Float32Array(size), () => uniformFloat64(generator)),
    uniform: size => Float32Array.from({ length: size }, () => uniformFloat32(generator)),
    fork: label => streamOf(`${key}/${label}`),
  }
}
