import { boxMuller } from '@flatland/tensor/box-muller'
import { randomGenerator } from '@flatland/tensor/random-generator'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
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
 * Opens a stream of random vectors.
 *
 * @param size how many numbers a vector has
 * @param seed an integer from 0 to 2³² − 1
 * @throws RangeError on any other seed
 */
export function randomVectors(size: number, seed: number): RandomVectors {
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
  const generator = randomGenerator(`hessian/${seed}`)
  const uniform = (): number => uniformFloat64(generator)
  const normal = (): Float64Array => boxMuller(new Float64Array(size), uniform)
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

/** Opens a stream of independent normal numbers of mean 0 and variance 1, one at a time. */
export function normalNumbers(seed: number): () => number {
  const random = randomVectors(256, seed)
  let block = random.normal()
  let next = 0
  return () => {
    if (next === block.length) {
      block = random.normal()
      next = 0
    }
    return block[next++] ?? NaN
  }
}

/** A random unit vector orthogonal to the vectors of a basis, which must not span the whole space. */
export function freshDirection(random: RandomVectors, basis: readonly Float64Array[]): Float64Array {
  const w = random.sphere()
  orthogonalize(w, basis)
  const length = norm(w)
  return w.map(value => value / length)
}
