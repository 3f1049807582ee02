import { checkInteger } from './checks.ts'
import { type Estimate, jackknife, meanOf } from './estimate.ts'
import type { LinearOperator } from './linear-operator.ts'
import { ownDirections } from './leave-one-out.ts'
import { orthonormalBasis } from './orthogonalize.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { addScaled, dot } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface XTraceOptions extends WorkOptions {
  /** Random vectors k, from 2 to the size, two products each. Default: 50, at most the size. */
  readonly probes?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * The trace by XTrace (Epperly, Tropp and Webber 2024, SIAM J. Matrix Anal. Appl. 45(1), with their
 * scaling of the test vectors): every probe ωᵢ serves once as the test vector, the k − 1 others as the sketch, of range Qᵢ,
 *
 *     tᵢ = Tr QᵢᵀAQᵢ + (n − k + 1) · uᵢᵀ A uᵢ / ‖uᵢ‖²,  uᵢ = (I − QᵢQᵢᵀ) ωᵢ,
 *
 * and the estimate is the mean of the tᵢ. As exact as Hutch++ with fewer products; exact when the rank is below k. Memory: four
 * times k vectors. When 2 k ≥ n, the n products of `explicitMatrix` give the trace exactly for less.
 *
 * The tᵢ share their sketches, so their spread s / √k, the paper's error estimate, is too small, by a quarter
 * for k ≪ n and by half when k nears n. The standard error here is the jackknife's, from the estimates without one probe each,
 * which need no more products; it is too large rather than too small on average (Efron and Stein 1981), one to five times
 * where it was measured.
 *
 * @throws RangeError when `probes` is not from 2 to the size, so on an operator of size 1, whose trace is one product
 *
 * @example
 * const matrix = denseMatrix([
 *   [1, 2, 0],
 *   [2, 4, 0],
 *   [0, 0, 0],
 * ])
 * const { value } = await xtrace(matrix)
 * value // 5
 */
export async function xtrace(operator: LinearOperator, options: XTraceOptions = {}): Promise<Estimate> {
  const { size } = operator
  const { probes = Math.min(size, 50), seed = 0 } = options
  checkInteger('probes', probes, 2, size, 'a matrix of size 1 is its own trace')
  return withProducts(operator, 2 * probes, options, async products => {
    const random = randomVectors(size, seed)

    const tests: Float64Array[] = []
    const sketch: Float64Array[] = []
    while (tests.length < probes) {
      const omega = random.sphere()
      tests.push(omega)
      sketch.push(await products.apply(omega))
    }
    const basis = orthonormalBasis(sketch)
    const images: Float64Array[] = []
    for (const q of basis) images.push(await products.apply(q))

    const grams = gramsOf(tests, sketch, basis, images)
    const directions = ownDirections(basis, sketch)
    const samples = tests.map((_, i) => sampleWithout(grams, i, directions?.slice(i, i + 1) ?? []))
    const { value, standardError } = meanOf(samples)
    return Object.freeze({
      value,
      // With as many probes as rows each tᵢ is exact, but an estimate without one probe is not.
      standardError:
        directions === undefined || probes === size
          ? standardError
          : jackknife(withoutEach(grams, directions)),
      samples: probes,
      products: products.count,
      seed,
    })
  })
}

/** All that the tᵢ need, in the k coordinates of Q: inner products of the probes Ω, Y = A Ω, Q and Z = A Q. */
interface Grams {
  readonly size: number
  /** QᵀAQ, by rows, and its trace. */
  readonly projected: readonly Float64Array[]
  readonly whole: number
  readonly probes: readonly {
    /** ωᵀω, ωᵀAω, Qᵀω, QᵀAω and (AQ)ᵀω. */
    readonly squared: number
    readonly quadratic: number
    readonly coefficients: Float64Array
    readonly image: Float64Array
    readonly imageOfBasis: Float64Array
  }[]
}

function gramsOf(
  tests: readonly Float64Array[],
  sketch: readonly Float64Array[],
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
): Grams {
  const against = (vectors: readonly Float64Array[], x: Float64Array): Float64Array =>
    Float64Array.from(vectors, vector => dot(vector, x))
  const projected = basis.map(q => against(images, q))
  return {
    size: tests[0]?.length ?? 0,
    projected,
    whole: projected.reduce((sum, row, j) => sum + (row[j] ?? NaN), 0),
    probes: tests.map((omega, i) => {
      const y = sketch[i] ?? omega
      return {
        squared: dot(omega, omega),
        quadratic: dot(omega, y),
        coefficients: against(basis, omega),
        image: against(basis, y),
        imageOfBasis: against(images, omega),
      }
    }),
  }
}

/** tᵢ with the sketch Q (I − Σ s sᵀ) Qᵀ, the sum over orthonormal directions taken from it. */
function sampleWithout(
  { size, projected, whole, probes }: Grams,
  i: number,
  taken: readonly Float64Array[],
): number {
  const probe = probes[i]
  if (probe === undefined) return NaN
  const form = (x: Float64Array): number =>
    projected.reduce((sum, row, j) => sum + (x[j] ?? NaN) * dot(row, x), 0)
  const known = taken.reduce((sum, s) => sum - form(s), whole)
  const d = probe.coefficients.slice()
  for (const s of taken) addScaled(d, -dot(s, d), s)
  const left = size - (projected.length - taken.length)
  const quadratic = probe.quadratic - dot(probe.imageOfBasis, d) - dot(d, probe.image) + form(d)
  return known + (left * quadratic) / (probe.squared - dot(d, d))
}

/** The estimate without probe i, for each i: the mean over j ≠ i of tⱼ with neither yᵢ nor yⱼ in the sketch. */
function withoutEach(grams: Grams, directions: readonly Float64Array[]): number[] {
  return directions.map((s, i) => {
    const samples = directions.flatMap((other, j) =>
      j === i ? [] : [sampleWithout(grams, j, orthonormalBasis([s, other]))],
    )
    return meanOf(samples).value
  })
}
