import { checkInteger, checkVector } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import { breakdown, orthogonalize } from './orthogonalize.ts'
import { type Products, withProducts } from './products.ts'
import { norm } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

/** A V = V T + β v eᵀ, with T = Vᵀ A V tridiagonal, β the `residualNorm` and v a unit vector orthogonal to V. */
export interface LanczosDecomposition {
  /** The orthonormal columns of V, the first along the start vector. */
  readonly basis: readonly Float64Array[]
  /** The diagonal of T. */
  readonly diagonal: readonly number[]
  /** What stands beside it, one number fewer; none is negative. */
  readonly offDiagonal: readonly number[]
  /** β: what the next step would put beside the diagonal. 0 when V spans an invariant subspace. */
  readonly residualNorm: number
  /** Whether V spans an invariant subspace: the eigenvalues of T then are eigenvalues of A. */
  readonly exhausted: boolean
}

export interface LanczosOptions extends WorkOptions {
  /** How many products, at most the operator's size. Memory: steps × size × 8 bytes. */
  readonly steps: number
}

/**
 * The Lanczos process (Lanczos 1950; Golub and Van Loan, Matrix Computations, 4th ed., algorithm 10.1.1), each new vector
 * orthogonalised twice against all before it, so that no eigenvalue shows up twice by rounding:
 *
 *     βⱼ vⱼ₊₁ = A vⱼ − αⱼ vⱼ − βⱼ₋₁ vⱼ₋₁.
 *
 * It ends early when what is left of a product is below 10⁻¹² of the largest product so far.
 *
 * @param start any vector but 0; it is scaled to length 1
 * @throws RangeError when `steps` is not an integer from 1 to the size, or the start vector is 0, not finite or of
 * another length
 *
 * @example
 * const { diagonal, offDiagonal } = await lanczos(diagonalMatrix([1, 3]), Float64Array.of(1, 1), { steps: 2 })
 * diagonal // [2, 2]
 * offDiagonal // [1]
 */
export async function lanczos(
  operator: LinearOperator,
  start: Float64Array,
  options: LanczosOptions,
): Promise<LanczosDecomposition> {
  const { steps } = options
  return withProducts(operator, steps, options, async products => {
    checkInteger('steps', steps, 1, products.size)
    checkVector('the start vector', start, products.size)
    const length = norm(start)
    if (length === 0) throw new RangeError('the start vector is 0; it must have a direction')
    const first = start.map(value => value / length)
    for await (const state of lanczosSteps(products, first)) {
      if (state.basis.length === steps || state.exhausted) return frozen(state)
    }
    throw new Error('unreachable: the last step is exhausted')
  })
}

/**
 * The process, one step at a time; the state is the same object each time, and grows.
 *
 * @param first a unit vector
 * @param restart where to go on from when V spans an invariant subspace: a unit vector orthogonal to V. Without it the
 * process ends there; it always ends when V spans the whole space
 */
export async function* lanczosSteps(
  products: Products,
  first: Float64Array,
  restart?: (basis: readonly Float64Array[]) => Float64Array,
): AsyncGenerator<LanczosDecomposition, void> {
  const basis: Float64Array[] = []
  const state = {
    basis,
    diagonal: [] as number[],
    offDiagonal: [] as number[],
    residualNorm: 0,
    exhausted: false,
  }
  let largest = 0
  let next: Float64Array | undefined = first
  while (next !== undefined) {
    basis.push(next)
    const w = await products.apply(next)
    largest = Math.max(largest, norm(w))
    state.diagonal.push(orthogonalize(w, basis).at(-1) ?? NaN)
    const length = norm(w)
    const broken = basis.length === products.size || length <= breakdown * largest
    if (!broken) next = w.map(value => value / length)
    else next = basis.length < products.size ? restart?.(basis) : undefined
    state.residualNorm = broken ? 0 : length
    state.exhausted = next === undefined
    yield state
    state.offDiagonal.push(state.residualNorm)
  }
}

function frozen(state: LanczosDecomposition): LanczosDecomposition {
  const { basis, diagonal, offDiagonal } = state
  return Object.freeze({
    ...state,
    basis: Object.freeze([...basis]),
    diagonal: Object.freeze([...diagonal]),
    offDiagonal: Object.freeze([...offDiagonal]),
  })
}
