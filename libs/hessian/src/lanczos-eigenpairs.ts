import { checkInteger, checkPositive } from './checks.ts'
import { type DenseEigen, tridiagonalEigen } from './dense-eigen.ts'
import { type Eigenpairs, measuredPairs, wantedOf } from './eigenpairs.ts'
import { type LanczosDecomposition, lanczosSteps } from './lanczos.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { freshDirection, randomVectors } from './random-vectors.ts'
import { combination } from './vectors.ts'
import { checkWanted, type WantedEnd, wantedPlaces } from './wanted-end.ts'
import type { WorkOptions } from './work-options.ts'

export interface LanczosEigenpairsOptions extends WorkOptions {
  /** How many pairs, of both ends as many from each. Default: 1. */
  readonly k?: number
  /** Default: 'largest'. */
  readonly which?: WantedEnd
  /** Residuals aimed at, relative to ‖A‖. Default: 10⁻⁴, which products in float32 can reach. */
  readonly tolerance?: number
  /**
   * The most Lanczos steps, one product each; as many again as pairs are taken for residuals. Default: 100 and two for
   * each pair, at most the size. Memory: maxIterations × size × 8 bytes.
   */
  readonly maxIterations?: number
  /** Of the random start vector. Default: 0. */
  readonly seed?: number
}

/**
 * Outer eigenpairs by the Lanczos process with full reorthogonalisation, without restarts: the fewest products for a few
 * pairs. The Ritz values, the eigenvalues of T = Vᵀ A V, converge to the outer eigenvalues first; the estimate β |yₘ| of a
 * residual says when to stop (Parlett, The Symmetric Eigenvalue Problem, on Lanczos), a product more for each pair what it
 * came to.
 *
 * Of an eigenvalue that stands several times it finds one copy, unless the start vector's Krylov space is exhausted
 * before; `thickRestartLanczos` looks for the others.
 *
 * @throws RangeError when k is not from 1 to the size (to half of it for both ends), the tolerance is not positive or
 * `maxIterations` does not fit
 *
 * @example
 * const { pairs } = await lanczosEigenpairs(diagonalMatrix([1, 2, 5]), { k: 2, which: 'largest', tolerance: 1e-10 })
 * pairs.map(pair => pair.value) // [5, 2]
 */
export async function lanczosEigenpairs(
  operator: LinearOperator,
  options: LanczosEigenpairsOptions = {},
): Promise<Eigenpairs> {
  const { size } = operator
  const { k = 1, which = 'largest', tolerance = 1e-4, seed = 0 } = options
  const wanted = checkWanted(k, which, size)
  const { maxIterations = Math.min(size, 100 + 2 * wanted) } = options
  checkPositive('tolerance', tolerance)
  checkInteger('maxIterations', maxIterations, wanted, size)
  return withProducts(operator, maxIterations + wanted, options, async products => {
    const random = randomVectors(size, seed)

    const steps = lanczosSteps(products, freshDirection(random, []), basis => freshDirection(random, basis))
    for await (const state of steps) {
      const count = state.basis.length
      const last = count === maxIterations || state.exhausted
      if (!last && (count < wanted || !isDue(count))) continue
      const ritz = tridiagonalEigen(state.diagonal, state.offDiagonal)
      const operatorNorm = Math.max(-(ritz.values[0] ?? NaN), ritz.values.at(-1) ?? NaN)
      const places = wantedPlaces(count, k, which)
      if (!last && worstEstimate(state, ritz, places) > 0.5 * tolerance * operatorNorm) continue

      const vectors = places.map(place =>
        combination(state.basis, ritz.vectors[place] ?? new Float64Array(), size),
      )
      const pairs = wantedOf(await measuredPairs(products, vectors, tolerance, operatorNorm), k, which)
      const converged = pairs.every(pair => pair.converged)
      return Object.freeze({
        pairs: Object.freeze(pairs),
        converged,
        operatorNorm,
        products: products.count,
        seed,
      })
    }
    throw new Error('unreachable: the last step is exhausted')
  })
}

/** The small problem costs count³: it is solved at every tenth of its growth, which costs a tenth more products at worst. */
function isDue(count: number): boolean {
  return count % Math.max(1, Math.floor(count / 10)) === 0
}

/** ‖A V y − θ V y‖ = β |yₘ|, the largest over the wanted pairs. */
function worstEstimate(state: LanczosDecomposition, ritz: DenseEigen, places: readonly number[]): number {
  return Math.max(...places.map(place => state.residualNorm * Math.abs(ritz.vectors[place]?.at(-1) ?? NaN)))
}
