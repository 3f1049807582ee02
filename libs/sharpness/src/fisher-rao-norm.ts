import { type BatchOptions, empiricalFisher, type ModelObjective } from '@flatland/hessian'
import { flatten } from '@flatland/tensor'

/** The length of θ as the network's predictions feel it. */
export interface FisherRaoNorm {
  /** ‖θ‖_fr. */
  readonly value: number
  /** ‖θ‖²_fr = θᵀ E θ. */
  readonly squared: number
  /** N, over how many examples the mean is taken: all of them, so that there is no sampling error. */
  readonly examples: number
}

/**
 * The Fisher–Rao norm of the parameters (Liang, Poggio, Rakhlin and Stokes 2019),
 *
 *   ‖θ‖²_fr = E ⟨θ, ∇ℓ(z)⟩² = θᵀ E θ,   E = (1/N) Σᵢ ∇ℓᵢ ∇ℓᵢᵀ.
 *
 * E is the empirical Fisher matrix, with the labels of the data, as in their definition; it is not the Fisher matrix whose
 * labels are drawn from the model. So the norm tends to 0 with the gradients of a network that fits every example. It costs
 * one product, in float32.
 *
 * ⟨θ, ∇ℓ⟩ is the slope of ℓ as θ grows in proportion, so that the norm is the same for every rescaling of the parameters
 * that leaves the function alone: see `invariances`. For a network of L layers without biases, with ReLU between them,
 * it is L² E ⟨∂ℓ/∂z, z⟩² with z the outputs (their theorem for homogeneous activations).
 *
 * @throws RangeError (a rejection) when the objective cannot be differentiated, or an output depends on more than its own
 *   example: see `empiricalFisher`
 *
 * @example
 * // ℓ = (θ x − y)² with residuals −0 and 1: the mean of ⟨2, 2 · 0⟩² and ⟨2, 2 · 1 · 3⟩²
 * const objective = modelObjective({
 *   parameters: [tf.tensor2d([[2]])],
 *   outputs: ([w], x) => tf.matMul(x, w),
 *   outputLoss: (z, y) => z.sub(y).square().mean(),
 *   examples: tensorExamples(tf.tensor2d([[1], [3]]), tf.tensor2d([[2], [5]])),
 * })
 * const { squared } = await fisherRaoNorm(objective)
 * squared // 72
 */
export async function fisherRaoNorm(
  objective: ModelObjective,
  options: BatchOptions = {},
): Promise<FisherRaoNorm> {
  const product = empiricalFisher(objective, options)
  const parameters = flatten(objective.parameters)
  const theta = Float64Array.from(parameters.dataSync())
  parameters.dispose()
  const image = await product.apply(theta)
  // Rounding makes a sum of squares negative where it is about 0.
  const squared = Math.max(
    0,
    theta.reduce((sum, value, i) => sum + value * (image[i] ?? NaN), 0),
  )
  return Object.freeze({ value: Math.sqrt(squared), squared, examples: objective.examples.size })
}
