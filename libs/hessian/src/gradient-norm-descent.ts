import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import { addScaled, norm } from './vectors.ts'

/** A point of a search, and what is known there. */
export interface DescentPoint {
  readonly theta: Float64Array
  readonly loss: number
  readonly gradient: Float64Array
  /** ‖∇L‖; NaN where the loss is not finite. */
  readonly gradientNorm: number
}

/** How a search looks at its objective. */
export interface DescentWalk {
  readonly look: (theta: Float64Array) => Promise<DescentPoint>
  readonly withHessian: <T>(theta: Float64Array, work: (operator: LinearOperator) => Promise<T>) => Promise<T>
  readonly signal: AbortSignal | undefined
}

/** One step of a method: to a point of smaller ‖∇L‖, or undefined where it finds none. */
export type GradientNormDescent = (walk: DescentWalk, here: DescentPoint) => Promise<DescentPoint | undefined>

/**
 * Steepest descent on ½‖g‖², whose gradient is H g: the step −t H g with t = ‖H g‖² / ‖H H g‖², which is the best one
 * where g is linear in θ (Cauchy's), halved until ‖g‖² falls by a ten-thousandth of what the slope promises (Armijo 1966).
 */
export const gradientNormDescent: GradientNormDescent = async (walk, here) => {
  const [slope, image] = await walk.withHessian(here.theta, operator =>
    withProducts(operator, 2, { signal: walk.signal }, async products => {
      const first = await products.apply(here.gradient)
      return [first, norm(first) > 0 ? await products.apply(first) : first] as const
    }),
  )
  const best = (norm(slope) / norm(image)) ** 2
  // Where H g or H H g is 0, `best` is NaN or infinite, and nothing is tried.
  for (let t = best; t > SHORTEST * best; t /= 2) {
    const theta = here.theta.slice()
    addScaled(theta, -t, slope)
    const next = await walk.look(theta)
    if (next.gradientNorm ** 2 < here.gradientNorm ** 2 - SUFFICIENT * 2 * t * norm(slope) ** 2) return next
  }
  return undefined
}

const SUFFICIENT = 1e-4

/** A part of a step below which float32 sees none of it. */
const SHORTEST = 2 ** -24
