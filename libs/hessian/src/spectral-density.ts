import { checkInteger, checkPositive } from './checks.ts'
import { type Estimate, meanOf } from './estimate.ts'
import { integral, lanczosQuadrature, type Quadrature } from './lanczos-quadrature.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface SpectralDensityOptions extends WorkOptions {
  /** Random start vectors, at least 2. The standard errors fall with their root. Default: 10. */
  readonly probes?: number
  /** Lanczos steps for each, a product each. Default: 80, at most the size. Memory: steps × size × 8 bytes. */
  readonly steps?: number
  /** Standard deviation σ of the Gaussian that stands for one eigenvalue. Default: a hundredth of the spectrum's range. */
  readonly width?: number
  /** Points of the grid. Default: 512. */
  readonly points?: number
  /** Default: 0. */
  readonly seed?: number
}

/** The density of eigenvalues, broadened by a Gaussian. Its integral is 1. */
export interface SpectralDensity {
  /** Evenly spaced, from four widths below the spectrum to four above. */
  readonly grid: Float64Array
  /** φ at the grid's points, per unit of eigenvalue. */
  readonly density: Float64Array
  /** Standard error of `density` over the probes. It does not hold what too few steps smear. */
  readonly standardError: Float64Array
  /** σ. */
  readonly width: number
  /** One quadrature for each probe, before any broadening. */
  readonly quadratures: readonly Quadrature[]
  /** Tr A, from the first moments: n times the mean eigenvalue. */
  readonly trace: Estimate
  /** ‖A‖²_F = Tr A², from the second moments. */
  readonly squaredFrobeniusNorm: Estimate
  readonly products: number
  readonly seed: number
}

/**
 * The spectral density by stochastic Lanczos quadrature (Lin, Saad and Yang 2016, SIAM Review 58(1); Ghorbani,
 * Krishnan and Xiao 2019, algorithm 1):
 *
 *     φ(t) = 1/n Σᵢ g_σ(t − λᵢ) ≈ mean over probes of Σⱼ wⱼ g_σ(t − θⱼ),
 *
 * with the nodes θ and weights w of one Lanczos run for each probe, a random direction.
 *
 * @throws RangeError when there are fewer than 2 probes, `steps` is not from 1 to the size, the width is not positive, or
 * there are fewer than 2 points
 *
 * @example
 * const { density, grid } = await spectralDensity(diagonalMatrix([0, 0, 0, 8]))
 * const step = grid[1] - grid[0]
 * Math.round(100 * density.reduce((sum, value) => sum + value * step, 0)) // 100
 */
export async function spectralDensity(
  operator: LinearOperator,
  options: SpectralDensityOptions = {},
): Promise<SpectralDensity> {
  const { size } = operator
  const { probes = 10, steps = Math.min(size, 80), points = 512, seed = 0 } = options
  checkInteger('probes', probes, 2)
  checkInteger('points', points, 2)
  if (options.width !== undefined) checkPositive('width', options.width)
  return withProducts(operator, probes * steps, options, async products => {
    checkInteger('steps', steps, 1, size)
    const random = randomVectors(size, seed)
    const quadratures: Quadrature[] = []
    while (quadratures.length < probes) {
      const direction = random.sphere().map(value => value / Math.sqrt(size))
      quadratures.push(await lanczosQuadrature(products, direction, steps))
    }

    const width = options.width ?? defaultWidth(quadratures)
    const grid = gridOf(quadratures, width, points)
    const atPoints = Array.from(grid, t =>
      meanOf(quadratures.map(quadrature => broadened(quadrature, t, width))),
    )
    const moment = (power: number): Estimate => {
      const samples = quadratures.map(quadrature => size * integral(quadrature, node => node ** power))
      return Object.freeze({ ...meanOf(samples), samples: probes, products: products.count, seed })
    }
    return Object.freeze({
      grid,
      density: Float64Array.from(atPoints, point => point.value),
      standardError: Float64Array.from(atPoints, point => point.standardError),
      width,
      quadratures: Object.freeze(quadratures),
      trace: moment(1),
      squaredFrobeniusNorm: moment(2),
      products: products.count,
      seed,
    })
  })
}

/** Σⱼ wⱼ g_σ(t − θⱼ), with g_σ the normal density of standard deviation σ. */
export function broadened(quadrature: Quadrature, t: number, width: number): number {
  const peak = 1 / (width * Math.sqrt(2 * Math.PI))
  return integral(quadrature, node => peak * Math.exp(-0.5 * ((t - node) / width) ** 2))
}

function defaultWidth(quadratures: readonly Quadrature[]): number {
  const [low, high] = rangeOf(quadratures)
  // A multiple of the identity has no range, and zero has no scale at all.
  const scale = Math.max(high - low, 1e-3 * Math.max(Math.abs(low), Math.abs(high)))
  return scale > 0 ? 0.01 * scale : 1
}

function gridOf(quadratures: readonly Quadrature[], width: number, points: number): Float64Array {
  const [low, high] = rangeOf(quadratures)
  const from = low - 4 * width
  const step = (high + 4 * width - from) / (points - 1)
  return Float64Array.from({ length: points }, (_, i) => from + i * step)
}

function rangeOf(quadratures: readonly Quadrature[]): [low: number, high: number] {
  const low = Math.min(...quadratures.map(({ nodes }) => nodes[0] ?? NaN))
  const high = Math.max(...quadratures.map(({ nodes }) => nodes.at(-1) ?? NaN))
  return [low, high]
}
