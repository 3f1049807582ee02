import * as tf from '@tensorflow/tfjs'
import { checkMovable, checkObjective } from './check-objective.ts'
import { checkInteger, checkPositive, checkVector } from './checks.ts'
import { whileCompiled, withCompiled } from './compiled-objective.ts'
import { atPoint, evaluateGradient, evaluateLoss } from './evaluate.ts'
import { hessian } from './hessian-operator.ts'
import { type LinearOperator, openOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { Objective } from './objective.ts'
import { parameterValues, tensorsOf } from './parameter-tensors.ts'
import { LOSS_ROUNDING } from './rounding.ts'
import { addScaled, dot } from './vectors.ts'

/**
 * The Taylor expansion of a loss at θ′ to second order,
 *
 *   m(θ) = L(θ′) + gᵀ(θ − θ′) + ½ (θ − θ′)ᵀ H (θ − θ′).
 */
export interface QuadraticModel {
  /** θ′, as it was when the model was made. */
  readonly point: Float64Array
  /** L(θ′). */
  readonly loss: number
  /** g = ∇L(θ′). */
  readonly gradient: Float64Array
  /** H = ∂²L/∂θ² at θ′. */
  readonly hessian: LinearOperator
  /** m(θ): one product of the Hessian. */
  readonly value: (theta: Float64Array) => Promise<number>
  /** m(θ) beside L(θ). */
  readonly compare: (theta: Float64Array) => Promise<Comparison>
  /** The model on the line θ′ + t·direction, and how far along it holds. */
  readonly along: (direction: Float64Array, options?: AlongOptions) => Promise<ModelAlong>
}

export interface Comparison {
  /** m(θ). */
  readonly model: number
  /** L(θ). */
  readonly loss: number
  /** m(θ) − L(θ). */
  readonly error: number
  /** |m(θ) − L(θ)| as a part of the change of the loss, |L(θ) − L(θ′)|; 0 where both differ by rounding alone. */
  readonly relativeError: number
}

export interface AlongOptions {
  /** The model is good while its error is at most this part of the change of the loss. Default 0.1. */
  readonly tolerance?: number
  /** The longest step t that is tried. Default 1: the whole direction. */
  readonly longest?: number
  /** How many steps are tried, each half as long as the one before; up to 6 more find `goodUpTo`. Default 12. */
  readonly steps?: number
}

/** One step t along a direction. */
export interface ModelStep extends Comparison {
  readonly step: number
}

export interface ModelAlong {
  /** gᵀd: the slope of L along the direction. */
  readonly slope: number
  /** dᵀHd: its curvature. */
  readonly curvature: number
  /** What was tried, from the shortest step to the longest. */
  readonly steps: readonly ModelStep[]
  /**
   * How far along the model is good: `longest` when every step tried is good, 0 when the shortest is bad, whatever the
   * longer ones are. Between the last step before the first bad one, and that one, it was halved further: it lies within
   * 2 % of where the model stops being good.
   */
  readonly goodUpTo: number
}

/**
 * The quadratic model of an objective at its parameters, kept as numbers: it stays when the parameters move on, as
 * does its Hessian.
 *
 * @throws RangeError (a rejection) when the objective cannot be differentiated: see `checkObjective`
 *
 * @example
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * const model = await quadraticModel(toy)
 * await model.compare(Float64Array.of(0.5, 0.5)) // model 0.5, loss 0.5625
 */
export async function quadraticModel(
  objective: Objective,
  options: BatchOptions = {},
): Promise<QuadraticModel> {
  checkObjective(objective, options)
  const point = parameterValues(objective.parameters)
  const { loss, gradient } = await evaluateGradient(objective, options)
  const operator = hessianAt(objective, point, options)
  const lossAt = (theta: Float64Array, of = objective): Promise<number> =>
    atPoint(of, theta, there => evaluateLoss(there, options))
  const lineAlong = async (direction: Float64Array): Promise<Line> => {
    const curvature = dot(direction, await operator.apply(direction))
    return { loss, slope: dot(gradient, direction), curvature }
  }
  const displacement = (theta: Float64Array): Float64Array => {
    checkVector('theta', theta, point.length)
    return difference(theta, point)
  }
  return Object.freeze({
    point,
    loss,
    gradient,
    hessian: operator,
    value: async (theta: Float64Array) => valueOn(await lineAlong(displacement(theta)), 1),
    compare: async (theta: Float64Array) =>
      compared(valueOn(await lineAlong(displacement(theta)), 1), await lossAt(theta), loss),
    along: async (direction: Float64Array, along: AlongOptions = {}) => {
      checkVector('direction', direction, point.length)
      return whileCompiled(objective, compiled => {
        const lossAfter = (step: number): Promise<number> => {
          const theta = point.slice()
          addScaled(theta, step, direction)
          return lossAt(theta, compiled)
        }
        return modelAlong(() => lineAlong(direction), lossAfter, along)
      })
    },
  })
}

/** The Hessian at a point that holds tensors only while it works. */
function hessianAt(objective: Objective, point: Float64Array, options: BatchOptions): LinearOperator {
  const compiled = withCompiled(objective)
  return Object.freeze({
    size: point.length,
    apply: (v: Float64Array) => atPoint(compiled, point, there => hessian(there, options).apply(v)),
    open: () => {
      checkMovable(compiled)
      const parameters = tensorsOf(point, 1, objective.parameters)
      try {
        const { apply, close } = openOperator(hessian({ ...compiled, parameters }, options))
        return {
          apply,
          close: () => {
            close()
            tf.dispose(parameters)
          },
        }
      } catch (error) {
        tf.dispose(parameters)
        throw error
      }
    },
  })
}

async function modelAlong(
  lineAlong: () => Promise<Line>,
  lossAfter: (step: number) => Promise<number>,
  { tolerance = 0.1, longest = 1, steps: count = 12 }: AlongOptions,
): Promise<ModelAlong> {
  checkPositive('tolerance', tolerance)
  checkPositive('longest', longest)
  checkInteger('steps', count, 1)
  const line = await lineAlong()
  const tryStep = async (step: number): Promise<ModelStep> =>
    Object.freeze({ step, ...compared(valueOn(line, step), await lossAfter(step), line.loss) })
  const steps: ModelStep[] = []
  for (let i = count - 1; i >= 0; i--) steps.push(await tryStep(longest / 2 ** i))
  return Object.freeze({
    slope: line.slope,
    curvature: line.curvature,
    steps: Object.freeze(steps),
    goodUpTo: await lastGood(steps, tolerance, tryStep),
  })
}

/** The model on a line through θ′. */
interface Line {
  readonly loss: number
  readonly slope: number
  readonly curvature: number
}

function valueOn({ loss, slope, curvature }: Line, step: number): number {
  return loss + step * slope + (step * step * curvature) / 2
}

function compared(model: number, loss: number, start: number): Comparison {
  const error = model - loss
  const size = Math.abs(error)
  // Below the rounding of float32 losses a difference says nothing.
  const rounding = LOSS_ROUNDING * Math.max(Math.abs(loss), Math.abs(start))
  return Object.freeze({
    model,
    loss,
    error,
    relativeError: size <= rounding ? 0 : size / Math.abs(loss - start),
  })
}

async function lastGood(
  steps: readonly ModelStep[],
  tolerance: number,
  tryStep: (step: number) => Promise<ModelStep>,
): Promise<number> {
  const isGood = ({ relativeError }: Comparison): boolean => relativeError <= tolerance
  const firstBad = steps.findIndex(step => !isGood(step))
  if (firstBad < 0) return steps.at(-1)?.step ?? 0
  let [good, bad] = [steps[firstBad - 1]?.step ?? 0, steps[firstBad]?.step ?? 0]
  // Nothing is known to be good before the shortest step.
  for (let i = 0; good > 0 && i < HALVINGS; i++) {
    const middle = (good + bad) / 2
    if (isGood(await tryStep(middle))) good = middle
    else bad = middle
  }
  return good
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = a.slice()
  addScaled(result, -1, b)
  return result
}

/** Of an interval as long as its lower end: to 1/64 of it. */
const HALVINGS = 6
