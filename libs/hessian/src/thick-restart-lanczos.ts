import { checkInteger, checkPositive } from './checks.ts'
import { type Eigenpairs, measuredPairs, wantedOf } from './eigenpairs.ts'
import { krylovSweep, type RitzPair, type SweepSettings } from './krylov-sweep.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { checkWanted, type WantedEnd } from './wanted-end.ts'
import type { WorkOptions } from './work-options.ts'

export interface ThickRestartOptions extends WorkOptions {
  /** How many pairs, of both ends as many from each. Default: 1. */
  readonly k?: number
  /** Default: 'largest'. */
  readonly which?: WantedEnd
  /** Residuals aimed at, relative to ‖A‖. Default: 10⁻⁴, which products in float32 can reach. */
  readonly tolerance?: number
  /** The most products, those for the residuals included. Default: 200 and 50 for each pair. */
  readonly maxProducts?: number
  /**
   * At how many vectors the basis is compressed. More need fewer products. Default: twice the pairs and 20, at most the
   * size. Memory: (basisSize + pairs) × size × 8 bytes.
   */
  readonly basisSize?: number
  /** Of the random start vectors. Default: 0. */
  readonly seed?: number
}

export interface ThickRestartEigenpairs extends Eigenpairs {
  /**
   * Whether a second look, from a random direction orthogonal to all that was found, found nothing further out: a
   * multiple or hidden eigenvalue would have shown up with probability 1.
   */
  readonly confirmed: boolean
}

/**
 * Many outer eigenpairs in bounded memory, by thick-restart Lanczos (Wu and Simon 2000, SIAM J. Matrix Anal. Appl.
 * 22(2)). When the basis is full, it is compressed to the best Ritz vectors and goes on from where it was; nothing of the
 * Krylov space that matters is lost, no product is repeated.
 *
 * One Krylov space holds one copy of a multiple eigenvalue. So the pairs found are locked, and the rest of the space is
 * searched from a new random direction, until such a second look finds nothing further out.
 *
 * @throws RangeError when k is not from 1 to the size (to half of it for both ends), the tolerance is not positive, the
 * basis has no room for a pair more than is wanted, or `maxProducts` is too few for one basis
 *
 * @example
 * const matrix = diagonalMatrix([1, 2, 5, 5, 5])
 * const { pairs, confirmed } = await thickRestartLanczos(matrix, { k: 4, tolerance: 1e-10 })
 * pairs.map(pair => pair.value) // [5, 5, 5, 2]
 * confirmed // true
 */
export async function thickRestartLanczos(
  operator: LinearOperator,
  options: ThickRestartOptions = {},
): Promise<ThickRestartEigenpairs> {
  const { size } = operator
  const { k = 1, which = 'largest', tolerance = 1e-4, seed = 0 } = options
  const wanted = checkWanted(k, which, size)
  const { basisSize = Math.min(size, 2 * wanted + 20), maxProducts = 200 + 50 * wanted } = options
  checkPositive('tolerance', tolerance)
  checkInteger('basisSize', basisSize, Math.min(size, wanted + 2), size, 'two more than the wanted pairs')
  checkInteger('maxProducts', maxProducts, basisSize + wanted)
  return withProducts(operator, maxProducts, options, async products => {
    const random = randomVectors(size, seed)
    const settings = { which, tolerance, basisSize, lastProduct: maxProducts - wanted }

    const search = await outermost(k, { products, random, ...settings })
    const vectors = wantedOf(search.found, k, which).map(pair => pair.vector)
    const measured = await measuredPairs(products, vectors, tolerance, search.operatorNorm)
    const pairs = Object.freeze(wantedOf(measured, k, which))
    const { operatorNorm, confirmed } = search
    const converged = pairs.every(pair => pair.converged)
    return Object.freeze({ pairs, converged, confirmed, operatorNorm, products: products.count, seed })
  })
}

/** Sweeps until a second look finds nothing further out, or the products are used up. */
async function outermost(
  k: number,
  settings: SweepSettings,
): Promise<{ found: readonly RitzPair[]; confirmed: boolean; operatorNorm: number }> {
  const { which, tolerance, products } = settings
  const first = await krylovSweep(k, [], settings)
  let operatorNorm = first.operatorNorm
  const found = [...first.pairs]
  while (first.converged && found.length < products.size) {
    if (products.count >= settings.lastProduct) return { found, confirmed: false, operatorNorm }
    const before = wantedOf(found, k, which)
    const locked = found.map(pair => pair.vector)
    const look = await krylovSweep(1, locked, { ...settings, operatorNorm })
    operatorNorm = look.operatorNorm
    if (!look.converged) return { found, confirmed: false, operatorNorm }
    found.push(...look.pairs)
    const after = wantedOf(found, k, which)
    const moved = after.map((pair, i) => Math.abs(pair.value - (before[i]?.value ?? NaN)))
    // The complement of approximate vectors has its eigenvalues off by their residuals.
    if (moved.every(distance => distance <= tolerance * operatorNorm)) break
  }
  return { found, confirmed: first.converged, operatorNorm }
}
