import * as tf from '@tensorflow/tfjs'
import { checkFraction, checkPositive } from './checks.ts'
import type { Constants, ParameterState } from './rule.ts'

export interface MomentsOptions {
  /** β₁, the decay of the average of gradients, from 0 on and below 1. Default 0.9. */
  readonly beta1?: number
  /** β₂, the decay of the average of squares, from 0 on and below 1. Default 0.999. */
  readonly beta2?: number
  /** ε, positive, added to √v. */
  readonly epsilon?: number
}

/** β a + (1 − β) x. */
export function movingAverage(
  average: tf.Tensor,
  next: tf.Tensor,
  beta: number,
  constant: Constants,
): tf.Tensor {
  return average.mul(constant(beta)).add(next.mul(constant(1 - beta)))
}

/** m and v after this gradient: averages of gradients and of their squares. */
export function nextMoments(
  { m, v }: ParameterState<'m' | 'v'>,
  gradient: tf.Tensor,
  { beta1, beta2 }: Required<MomentsOptions>,
  constant: Constants,
): ParameterState<'m' | 'v'> {
  return {
    m: movingAverage(m, gradient, beta1, constant),
    v: movingAverage(v, gradient.square(), beta2, constant),
  }
}

/**
 * m̂ / (√v̂ + ε) = s · m / (√v + ε c₂), with cᵢ what moving averages that started at 0 have of a constant after t steps,
 *
 *   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ),   c₂ = √(1 − β₂ᵗ),   s = c₂ / (1 − β₁ᵗ),
 *
 * as Kingma and Ba 2015, end of section 2: the correction is made on scalars. 1 − βᵗ is −expm1(t ln β), which loses no
 * digits in float32 where βᵗ is close to 1.
 */
export interface Correction {
  readonly scale: tf.Tensor
  readonly epsilon: tf.Tensor
}

export function correction(step: tf.Tensor, { beta1, beta2, epsilon }: Required<MomentsOptions>): Correction {
  const second = weightOf(beta2, step).sqrt()
  return { scale: second.div(weightOf(beta1, step)), epsilon: second.mul(epsilon) }
}

/** 1 − βᵗ */
function weightOf(beta: number, step: tf.Tensor): tf.Tensor {
  return beta === 0 ? tf.onesLike(step) : step.mul(Math.log(beta)).expm1().neg()
}

export function checkMoments({ beta1, beta2, epsilon }: Required<MomentsOptions>): void {
  checkFraction('beta1', beta1)
  checkFraction('beta2', beta2)
  checkPositive('epsilon', epsilon)
}

export function describeMoments({ beta1, beta2, epsilon }: Required<MomentsOptions>): string {
  return `β=${beta1}/${beta2}, ε=${epsilon}`
}
