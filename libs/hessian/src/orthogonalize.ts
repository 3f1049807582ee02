import { addScaled, dot, norm } from './vectors.ts'

/**
 * Takes from w, in place, what lies in the span of an orthonormal basis: w ← w − V Vᵀ w, by modified Gram–Schmidt,
 * twice. Twice is enough (Giraud, Langou, Rozložník 2005): what is left is orthogonal to rounding, however little it is.
 *
 * @returns the coefficients Vᵀ w of the part that was taken
 */
export function orthogonalize(w: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const coefficients = new Float64Array(basis.length)
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((v, j) => {
      const coefficient = dot(v, w)
      addScaled(w, -coefficient, v)
      coefficients[j] = (coefficients[j] ?? NaN) + coefficient
    })
  }
  return coefficients
}

/**
 * Below this share of the product it came from, a direction is what rounding left: it is not one. The share, not the
 * length, decides, so that A and 10⁻¹² A are treated alike.
 */
export const breakdown = 1e-12

/** An orthonormal basis of the span of the vectors, dropping those that the ones before already span. */
export function orthonormalBasis(vectors: readonly Float64Array[]): Float64Array[] {
  const largest = Math.max(...vectors.map(norm))
  const basis: Float64Array[] = []
  for (const vector of vectors) {
    const w = vector.slice()
    orthogonalize(w, basis)
    const length = norm(w)
    if (length > breakdown * largest) basis.push(w.map(value => value / length))
  }
  return basis
}
