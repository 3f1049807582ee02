import { checkInteger } from './checks.ts'
import type { DiagonalEstimate } from './diagonal-estimate.ts'
import { ownDirections } from './leave-one-out.ts'
import type { LinearOperator } from './linear-operator.ts'
import { orthonormalBasis } from './orthogonalize.ts'
import { withProducts } from './products.ts'
import { randomVectors } from './random-vectors.ts'
import { combination, dot } from './vectors.ts'
import type { WorkOptions } from './work-options.ts'

export interface XDiagOptions extends WorkOptions {
  /** Vectors of random signs k, from 2 to the size, two products each. Default: 50, at most the size. */
  readonly probes?: number
  /** Default: 0. */
  readonly seed?: number
}

/**
 * The diagonal by XDiag (Epperly, Tropp and Webber 2024, SIAM J. Matrix Anal. Appl. 45(1)): each probe ωᵢ of
 * random signs serves once as the test vector, the k − 1 others as the sketch, of range Qᵢ,
 *
 *     dᵢ = diag(QᵢQᵢᵀA) + ωᵢ ⊙ (I − QᵢQᵢᵀ) A ωᵢ,
 *
 * and the estimate is the mean of the dᵢ. Far closer than `diagonalEstimate` where few eigenvalues carry most; exact when the
 * rank is below k. Memory: six times k vectors. The standard errors are the jackknife's, from the estimates without one probe
 * each: too large rather than too small on average.
 *
 * @throws RangeError when `probes` is not from 2 to the size
 *
 * @example
 * const matrix = denseMatrix([
 *   [1, 2, 0],
 *   [2, 4, 0],
 *   [0, 0, 0],
 * ])
 * const { values } = await xdiag(matrix)
 * values // [1, 4, 0]
 */
export async function xdiag(operator: LinearOperator, options: XDiagOptions = {}): Promise<DiagonalEstimate> {
  const { size } = operator
  const { probes = Math.min(size, 50), seed = 0 } = options
  checkInteger('probes', probes, 2, size, 'a matrix of size 1 is its own diagonal')
  return withProducts(operator, 2 * probes, options, async products => {
    const random = randomVectors(size, seed)

    const tests: Float64Array[] = []
    const sketch: Float64Array[] = []
    while (tests.length < probes) {
      const omega = random.signs()
      tests.push(omega)
      sketch.push(await products.apply(omega))
    }
    const basis = orthonormalBasis(sketch)
    const images: Float64Array[] = []
    for (const q of basis) images.push(await products.apply(q))

    const whole = diagonalOf(basis, images, size)
    const directions = ownDirections(basis, sketch)
    // A deficient sketch spans the range of A.
    const estimate =
      directions === undefined
        ? { values: whole, standardErrors: new Float64Array(size) }
        : leaveOneOut(
            whole,
            directions.map((s, i) => ownPart(s, tests[i] ?? s, sketch[i] ?? s, basis, images)),
          )
    return Object.freeze({ ...estimate, samples: probes, products: products.count, seed })
  })
}

/** diag(QQᵀA) = Σⱼ qⱼ ⊙ A qⱼ. */
function diagonalOf(
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
  size: number,
): Float64Array {
  const sum = new Float64Array(size)
  basis.forEach((q, j) => {
    q.forEach((value, i) => (sum[i] = (sum[i] ?? NaN) + value * (images[j]?.[i] ?? NaN)))
  })
  return sum
}

/** What probe i has for itself: its direction sᵢ in Q, Q sᵢ and A Q sᵢ in space. */
interface OwnPart {
  readonly omega: Float64Array
  readonly s: Float64Array
  readonly q: Float64Array
  readonly image: Float64Array
  /** (Q sᵢ)ᵀ A ωᵢ; no other probe's A ω has a part along Q sᵢ. */
  readonly along: number
}

function ownPart(
  s: Float64Array,
  omega: Float64Array,
  y: Float64Array,
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
): OwnPart {
  const q = combination(basis, s, omega.length)
  return { omega, s, q, image: combination(images, s, omega.length), along: dot(q, y) }
}

/** The mean of the dᵢ, and the jackknife's standard errors. */
function leaveOneOut(
  whole: Float64Array,
  parts: readonly OwnPart[],
): { values: Float64Array; standardErrors: Float64Array } {
  const count = parts.length
  const values = whole.slice()
  const means = new Float64Array(whole.length)
  const squares = new Float64Array(whole.length)
  parts.forEach((part, i) => {
    values.forEach((value, x) => (values[x] = value + ownShare(part, x) / count))
    const without = new Float64Array(whole.length)
    parts.forEach((other, j) => {
      if (j !== i) addShareWithout(without, part, other)
    })
    without.forEach((sum, x) => {
      const difference = sum / (count - 1) - (means[x] ?? NaN)
      means[x] = (means[x] ?? NaN) + difference / (i + 1)
      squares[x] = (squares[x] ?? NaN) + difference * (sum / (count - 1) - (means[x] ?? NaN))
    })
  })
  return { values, standardErrors: squares.map(sum => Math.sqrt(((count - 1) / count) * sum)) }
}

/** Entry x of dᵢ − diag(QQᵀA): A ωᵢ lies in Q, so that only its part along Q sᵢ is left of (I − QᵢQᵢᵀ) A ωᵢ. */
function ownShare({ omega, q, image, along }: OwnPart, x: number): number {
  return (q[x] ?? NaN) * (along * (omega[x] ?? NaN) - (image[x] ?? NaN))
}

/**
 * Adds dⱼ − diag(QQᵀA) as it is when probe i is left out as well: the sketch then lacks sᵢ and, of sⱼ, the part t orthogonal to
 * it.
 */
function addShareWithout(sum: Float64Array, left: OwnPart, test: OwnPart): void {
  const overlap = dot(left.s, test.s)
  const length = Math.sqrt(1 - overlap ** 2)
  for (let x = 0; x < sum.length; x++) {
    const [q, image] = [left.q[x] ?? NaN, left.image[x] ?? NaN]
    const t = ((test.q[x] ?? NaN) - overlap * q) / length
    const imageOfT = ((test.image[x] ?? NaN) - overlap * image) / length
    // (Q t)ᵀ A ωⱼ; along Q sᵢ there is none of A ωⱼ.
    const part = (t * test.along * (test.omega[x] ?? NaN)) / length
    sum[x] = (sum[x] ?? NaN) + part - q * image - t * imageOfT
  }
}
