import { checkVector } from './checks.ts'
import { integral, type Quadrature } from './lanczos-quadrature.ts'
import { broadened, type SpectralDensity } from './spectral-density.ts'

/** What a spectral density estimates, from all eigenvalues. */
export interface ExactDensity {
  /** φ(t) = 1/n Σᵢ g_σ(t − λᵢ) at the points of the estimate's grid, with the estimate's σ. */
  readonly density: Float64Array
  /**
   * How far the estimated distribution of eigenvalues is from the exact one, in the unit of an eigenvalue, before any
   * broadening: ∫ |F̂(t) − F(t)| dt with F the share of eigenvalues up to t (the Wasserstein distance of order 1).
   */
  readonly distance: number
}

/**
 * The density that `spectralDensity` estimates, exact, for an operator so small that its eigenvalues are known.
 *
 * @param eigenvalues all of the operator's, a multiple one as often as it counts
 * @throws RangeError when there is no eigenvalue, one is not finite, or there are not as many as the operator has
 *
 * @example
 * const found = await spectralDensity(diagonalMatrix([0, 0, 0, 8]), { probes: 100 })
 * exactDensity([0, 0, 0, 8], found).distance < 0.5 // true
 */
export function exactDensity(eigenvalues: ArrayLike<number>, estimate: SpectralDensity): ExactDensity {
  const { grid, width, quadratures } = estimate
  const values = Float64Array.from(eigenvalues)
  if (values.length === 0) throw new RangeError('there are no eigenvalues; give all of them')
  checkVector('eigenvalues', values, values.length)
  const size = sizeOf(estimate)
  if (size !== undefined && values.length !== size) {
    throw new RangeError(
      `there are ${values.length} eigenvalues of an operator of size ${size}; give all of them`,
    )
  }
  const exact: Quadrature = {
    nodes: values,
    weights: new Float64Array(values.length).fill(1 / values.length),
    residualNorms: new Float64Array(values.length),
  }
  return Object.freeze({
    density: grid.map(t => broadened(exact, t, width)),
    distance: distance([exact], quadratures),
  })
}

/** Of the operator: its ‖A‖²_F is that many times the mean square of an eigenvalue. Undefined when all are 0. */
function sizeOf({ squaredFrobeniusNorm, quadratures }: SpectralDensity): number | undefined {
  const squares = quadratures.map(quadrature => integral(quadrature, node => node ** 2))
  const mean = squares.reduce((sum, square) => sum + square, 0) / quadratures.length
  return mean > 0 ? Math.round(squaredFrobeniusNorm.value / mean) : undefined
}

/** Between the means of two sets of distributions, each of weights at nodes. */
function distance(left: readonly Quadrature[], right: readonly Quadrature[]): number {
  const atoms = [...atomsOf(left, 1), ...atomsOf(right, -1)].sort((a, b) => a.node - b.node)
  let [difference, area] = [0, 0]
  atoms.forEach(({ node, weight }, i) => {
    difference += weight
    area += Math.abs(difference) * ((atoms[i + 1]?.node ?? node) - node)
  })
  return area
}

function atomsOf(distributions: readonly Quadrature[], sign: 1 | -1): { node: number; weight: number }[] {
  return distributions.flatMap(({ nodes, weights }) =>
    Array.from(nodes, (node, i) => ({ node, weight: (sign * (weights[i] ?? NaN)) / distributions.length })),
  )
}
