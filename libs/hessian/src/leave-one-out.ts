import { dot, norm } from './vectors.ts'

/**
 * The direction in the sketch Y = A Ω = Q R that each probe has for itself: the unit vectors sᵢ with sᵢᵀ Qᵀyⱼ = 0 for all
 * j ≠ i, the scaled columns of R⁻ᵀ. Leaving out probe i leaves the projector Q (I − sᵢ sᵢᵀ) Qᵀ (Epperly, Tropp and Webber
 * 2024).
 *
 * @returns undefined when Y is deficient: then the others span what yᵢ spans
 */
export function ownDirections(
  basis: readonly Float64Array[],
  sketch: readonly Float64Array[],
): Float64Array[] | undefined {
  const count = basis.length
  if (count < sketch.length) return undefined
  const columns = sketch.map(y => Float64Array.from(basis, q => dot(q, y)))
  return columns.map((_, i) => {
    // Solves Rᵀ s = eᵢ from the top: Rᵀ is lower triangular, its row j is column j of R.
    const s = new Float64Array(count)
    for (let j = i; j < count; j++) {
      const column = columns[j] ?? s
      let rest = j === i ? 1 : 0
      for (let l = i; l < j; l++) rest -= (column[l] ?? NaN) * (s[l] ?? NaN)
      s[j] = rest / (column[j] ?? NaN)
    }
    const length = norm(s)
    return s.map(value => value / length)
  })
}
