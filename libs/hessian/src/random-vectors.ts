import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'
import { checkInteger } from './checks.ts'
import { orthogonalize } from './orthogonalize.ts'
import { norm } from './vectors.ts'

/** Random vectors in Float64, fixed by a seed, drawn on the host without TensorFlow. */
export interface RandomVectors {
  /** Uniform on the sphere of radius √size: as isotropic as a normal vector, but of fixed length. E[z zᵀ] = I. */
  sphere(): Float64Array
  /** Each entry +1 or −1 with probability ½ (Rademacher). E[z zᵀ] = I. */
  signs(): Float64Array
  /** Independent normal entries of mean 0 and variance 1. E[z zᵀ] = I. */
  normal(): Float64Array
}

/**
 * Opens a stream of random vectors: xoroshiro128+ whose state is the SHA-256 hash of the seed, so that neighbouring
 * seeds start far apart.
 *
 * @param size how many numbers a vector has
 * @param seed an integer from 0 to 2³² − 1
 * @throws RangeError on any other seed
 */
export function randomVectors(size: number, seed: number): RandomVectors {
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
  const digest = createHash('sha256').update(`hessian/${seed}`).digest()
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map(offset => digest.readInt32LE(offset)))
  const uniform = (): number => uniformFloat64(generator)
  const normal = (): Float64Array => boxMuller(size, uniform)
  return {
    normal,
    sphere: () => {
      const z = normal()
      const factor = Math.sqrt(size) / norm(z)
      return z.map(value => factor * value)
    },
    signs: () => new Float64Array(size).map(() => (uniform() < 0.5 ? -1 : 1)),
  }
}

/** A random unit vector orthogonal to the vectors of a basis, which must not span the whole space. */
export function freshDirection(random: RandomVectors, basis: readonly Float64Array[]): Float64Array {
  const w = random.sphere()
  orthogonalize(w, basis)
  const length = norm(w)
  return w.map(value => value / length)
}

/** Two uniform numbers give two normal ones: √(−2 ln u)·(cos 2πv, sin 2πv) (Box and Muller 1958). */
function boxMuller(size: number, uniform: () => number): Float64Array {
  const samples = new Float64Array(size)
  for (let i = 0; i < size; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    samples[i] = radius * Math.cos(angle)
    if (i + 1 < size) samples[i + 1] = radius * Math.sin(angle)
  }
  return samples
}
