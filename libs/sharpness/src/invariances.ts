/** A measure of sharpness, and which changes of the parameters leave it alone although none changes the function. */
export interface Invariances {
  /** The function that takes the measure. */
  readonly measure: string
  /** (a θ₁, θ₂ / a) of a ReLU network: see `rescaleLayers`. */
  readonly layerRescaling: boolean
  /** Incoming weights of a unit times a, before a batch normalisation with the statistics of its batch. */
  readonly normalisedRows: boolean
  /** Another order of the units of a hidden layer. */
  readonly unitPermutation: boolean
}

/**
 * Which re-parametrisations each measure of sharpness is invariant to. What a measure says of a minimum is about the function
 * only as far as it is: by the others Dinh, Pascanu, Bengio and Bengio (2017) make any minimum arbitrarily sharp.
 *
 * - A ball, a box or a normal distribution of one size for all parameters is not moved by a permutation, and
 *   does not scale with them; nor does the box ε (|θᵢ| + 1) of Keskar et al., because of its 1.
 * - In proportion to |θᵢ|, as the adaptive forms have it with η = 0, they scale too.
 * - The Fisher–Rao norm has θ beside the gradient, which scales inversely.
 * - What is sampled or searched is the same in exact arithmetic where it scales; under a permutation it is so in
 *   distribution alone, for each unit meets other random numbers. Keskar's random subspace is likewise.
 * - The normalised rows must have no bias that is not scaled with them, and the normalisation no ε of note.
 *
 * @example
 * invariances.filter(each => each.layerRescaling).length // 4
 */
export const invariances: readonly Invariances[] = Object.freeze(
  [
    of('keskarSharpness', false, false, true),
    of('samSharpness', false, false, true),
    of('adaptiveSharpness', true, true, true),
    of('averageSharpness', false, false, true),
    of('adaptiveAverageSharpness', true, true, true),
    of('fisherRaoNorm', true, true, true),
    of('pacBayesFlatness', false, false, true),
    of('magnitudeAwarePacBayesFlatness', true, true, true),
    of('hessianSharpness', false, false, true),
  ].map(row => Object.freeze(row)),
)

function of(
  measure: string,
  layerRescaling: boolean,
  normalisedRows: boolean,
  unitPermutation: boolean,
): Invariances {
  return { measure, layerRescaling, normalisedRows, unitPermutation }
}
