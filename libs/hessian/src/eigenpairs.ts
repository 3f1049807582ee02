import type { Products } from './products.ts'
import { addScaled, dot, norm } from './vectors.ts'
import { type WantedEnd, wantedPlaces } from './wanted-end.ts'

/** An approximate eigenvalue and its vector, with their doubt. */
export interface Eigenpair {
  /** The Rayleigh quotient vᵀ A v. */
  readonly value: number
  /** v, of length 1. Its sign is arbitrary. */
  readonly vector: Float64Array
  /** ‖A v − value · v‖, measured by one more product: not an estimate. */
  readonly residualNorm: number
  /**
   * `residualNorm` widened by the error of a product: A has an eigenvalue within it of `value` (Parlett, The Symmetric
   * Eigenvalue Problem, on residual bounds). It does not say which one in order.
   */
  readonly errorBound: number
  /** Whether the residual is at most tolerance · ‖A‖. */
  readonly converged: boolean
}

/** Some eigenpairs of an operator. */
export interface Eigenpairs {
  /** The outermost first; of both ends, the largest first. */
  readonly pairs: readonly Eigenpair[]
  /** Whether every pair is. */
  readonly converged: boolean
  /** ‖A‖ as far as it was seen: the largest magnitude of an approximate eigenvalue. A lower bound. */
  readonly operatorNorm: number
  /** Products with the operator that they cost. */
  readonly products: number
  readonly seed: number
}

/** Takes one product for each unit vector, and puts the pairs in order. */
export async function measuredPairs(
  products: Products,
  vectors: readonly Float64Array[],
  tolerance: number,
  operatorNorm: number,
): Promise<Eigenpair[]> {
  const pairs: Eigenpair[] = []
  for (const vector of vectors) {
    pairs.push(
      measuredPair(vector, await products.apply(vector), tolerance, operatorNorm, products.relativeError),
    )
  }
  return pairs
}

/** One pair from a unit vector and its product, which is used up. */
export function measuredPair(
  vector: Float64Array,
  product: Float64Array,
  tolerance: number,
  operatorNorm: number,
  relativeError: number,
): Eigenpair {
  const value = dot(vector, product)
  addScaled(product, -value, vector)
  const residualNorm = norm(product)
  return Object.freeze({
    value,
    vector,
    residualNorm,
    errorBound: residualNorm + relativeError * operatorNorm,
    converged: residualNorm <= tolerance * operatorNorm,
  })
}

/** The wanted ones of some pairs, in the order of `Eigenpairs`. */
export function wantedOf<Pair extends { readonly value: number }>(
  pairs: readonly Pair[],
  k: number,
  which: WantedEnd,
): Pair[] {
  const ascending = pairs.toSorted((a, b) => a.value - b.value)
  return wantedPlaces(ascending.length, k, which).flatMap(place => ascending[place] ?? [])
}
