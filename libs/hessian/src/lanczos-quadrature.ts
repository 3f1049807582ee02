import { tridiagonalEigen } from './dense-eigen.ts'
import { lanczosSteps } from './lanczos.ts'
import type { Products } from './products.ts'

/** A Gauss quadrature: Σ weightᵢ f(nodeᵢ) ≈ vᵀ f(A) v for a unit vector v. */
export interface Quadrature {
  /** The Ritz values, ascending. */
  readonly nodes: Float64Array
  /** None is negative; they sum to 1. */
  readonly weights: Float64Array
  /** Estimated ‖A u − θ u‖ of each node's Ritz vector: an eigenvalue lies so near. */
  readonly residualNorms: Float64Array
}

/**
 * The m-point Gauss quadrature of the measure Σ (vᵀqᵢ)² δ(λ − λᵢ): its nodes are the eigenvalues of the Lanczos matrix T, its
 * weights the squared first entries of its eigenvectors (Golub and Welsch 1969; Golub and Meurant, Matrices, Moments
 * and Quadrature, 2010). Exact for polynomials of degree up to 2 m − 1.
 */
export async function lanczosQuadrature(
  products: Products,
  v: Float64Array,
  steps: number,
): Promise<Quadrature> {
  for await (const state of lanczosSteps(products, v)) {
    if (state.basis.length < steps && !state.exhausted) continue
    const { values, vectors } = tridiagonalEigen(state.diagonal, state.offDiagonal)
    return Object.freeze({
      nodes: values,
      weights: Float64Array.from(vectors, vector => (vector[0] ?? NaN) ** 2),
      residualNorms: Float64Array.from(
        vectors,
        vector => state.residualNorm * Math.abs(vector.at(-1) ?? NaN),
      ),
    })
  }
  throw new Error('unreachable: the last step is exhausted')
}

/** Σ weightᵢ f(nodeᵢ). */
export function integral({ nodes, weights }: Quadrature, f: (node: number) => number): number {
  return nodes.reduce((sum, node, i) => sum + (weights[i] ?? NaN) * f(node), 0)
}
