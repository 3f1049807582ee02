import type { LossAndGradient } from '@flatland/hessian'
import { type Box, boundedness, projected, projectedGradientNorm, shareAtBound } from './box.ts'
import { type CauchyPoint, cauchyPoint } from './l-bfgs-b-cauchy-point.ts'
import { checkSize, checkStart, checkTask } from './l-bfgs-b-checks.ts'
import { type GramOver, gramOver } from './l-bfgs-b-gram.ts'
import { type CompactMatrix, identityMatrix, updatedMatrix } from './l-bfgs-b-matrix.ts'
import { subspaceMinimum } from './l-bfgs-b-subspace.ts'
import { type LinePoint, wolfeLineSearch } from './line-search-wolfe.ts'

export interface LbfgsbOptions {
  /** How many corrections are kept. Default 10; each takes two vectors of the size of x. */
  readonly memory?: number
  /** At most how many iterations, of one or two evaluations mostly and 20 at most. Default 100. */
  readonly iterations?: number
  /** It ends where ‖P(x − g) − x‖∞ is at most this. Default 10⁻⁵. */
  readonly gradientTolerance?: number
  /** Looked at before each evaluation: once it is aborted, the work ends by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Told after each iteration how many are done, and how many there will be at most. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Why it ended: the projected gradient is within its tolerance, the last iteration made f smaller by no more than
 * 10⁷ roundings, all iterations are done, or no lower point was found on the line, not even along the gradient.
 */
export type LbfgsbEnd = 'gradient' | 'decrease' | 'iterations' | 'line search'

export interface LbfgsbResult {
  /** The lowest point that was evaluated: that of the last iteration, but for rare functions. */
  readonly x: Float64Array
  /** f there. */
  readonly value: number
  /** ∇f there. */
  readonly gradient: Float64Array
  /** ‖P(x − g) − x‖∞ there: how far from stationary it is. */
  readonly projectedGradientNorm: number
  readonly iterations: number
  /** Of f with its gradient. */
  readonly evaluations: number
  readonly end: LbfgsbEnd
  /** Whether it ended by the gradient or the decrease, at x. */
  readonly converged: boolean
  /** Which part of the coordinates lies on a bound, from 0 to 1. */
  readonly atBound: number
}

/** A point and what is known there. */
interface Evaluated {
  readonly x: Float64Array
  readonly value: number
  readonly gradient: Float64Array
}

type Evaluate = (x: Float64Array) => Promise<Evaluated>

/** f has converged where it falls by no more than this part of max(|f|, 1). */
const DECREASE = 1e7 * Number.EPSILON

/**
 * A minimum of a smooth f over a box, by L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995, A limited memory algorithm for bound
 * constrained optimization), with the subspace step of Morales and Nocedal (2011, algorithm 778's remark): version 3.0. Each
 * iteration goes to the generalised Cauchy point of the model
 *
 *     m(x + z) = f + gᵀz + ½ zᵀBz,
 *
 * B from the last `memory` steps, then to the model's minimum over the coordinates that are still free, and searches
 * the line to there. It takes O(memory · n) per iteration, and O(memory² · n) where most coordinates meet or leave a
 * bound at once; no n × n matrix.
 *
 * A start outside the box is projected onto it. At a trial step where f or ∇f is not finite the step counts as too
 * long: it is shortened, never taken. When the search fails, the corrections are dropped, and it goes along the gradient once.
 *
 * @param f gets a vector of its own each time; may be a promise
 * @throws RangeError (a rejection) when lengths differ, a lower bound is above the upper one, the start or a bound is
 *   NaN, an option is out of range, or f or its gradient is not finite at the start
 *
 * @example
 * // (x − 3)² + (y + 1)² with 0 ≤ x ≤ 2 and y ≥ 0
 * const f = ([x, y]) => ({ loss: (x - 3) ** 2 + (y + 1) ** 2, gradient: Float64Array.of(2 * (x - 3), 2 * (y + 1)) })
 * const box = { lower: Float64Array.of(0, 0), upper: Float64Array.of(2, Infinity) }
 * const found = await lbfgsb(f, Float64Array.of(1, 1), box)
 * found.x // [2, 0]
 * found.value // 2
 * found.atBound // 1
 */
export async function lbfgsb(
  f: (x: Float64Array) => LossAndGradient | Promise<LossAndGradient>,
  start: Float64Array,
  box: Box,
  options: LbfgsbOptions = {},
): Promise<LbfgsbResult> {
  const { memory = 10, iterations: limit = 100, gradientTolerance = 1e-5, signal, onProgress } = options
  checkTask(start, box, { memory, iterations: limit, gradientTolerance })
  const counted = countedFunction(f, signal)
  let here = await counted.evaluate(projected(start, box))
  checkStart({ loss: here.value, gradient: here.gradient })
  let best = here
  const lookAt = async (x: Float64Array): Promise<Evaluated> => {
    const found = await counted.evaluate(x)
    if (found.value <= best.value && isFinitePoint(found)) best = found
    return found
  }
  const bounded = boundedness(box)
  let matrix = identityMatrix
  let known: GramOver | undefined
  let end: LbfgsbEnd | undefined
  let iterations = 0
  if (projectedGradientNorm(here.x, here.gradient, box) <= gradientTolerance) end = 'gradient'
  while (end === undefined) {
    const model = modelMinimum(here, box, matrix, known, bounded.any)
    known = model.known
    const steps = { isFirst: iterations === 0, bounded, box }
    const next = model.target && (await searchLine(lookAt, here, model.target, steps))
    if (next === undefined) {
      if (matrix.corrections.length === 0) end = 'line search'
      ;[matrix, known] = [identityMatrix, undefined]
      continue
    }
    iterations++
    onProgress?.(iterations, limit)
    const fall = here.value - next.value
    if (projectedGradientNorm(next.x, next.gradient, box) <= gradientTolerance) end = 'gradient'
    else if (fall <= DECREASE * Math.max(Math.abs(here.value), Math.abs(next.value), 1)) end = 'decrease'
    else if (iterations === limit) end = 'iterations'
    else matrix = withStep(matrix, here, next, memory)
    here = next
  }
  const converged = (end === 'gradient' || end === 'decrease') && best.x === here.x
  return frozen(best, box, { iterations, evaluations: counted.count(), end, converged })
}

/** f, its calls counted; its values are copied, so that it may reuse its arrays. */
function countedFunction(
  f: (x: Float64Array) => LossAndGradient | Promise<LossAndGradient>,
  signal: AbortSignal | undefined,
): { evaluate: Evaluate; count: () => number } {
  let count = 0
  return {
    evaluate: async x => {
      signal?.throwIfAborted()
      count++
      const { loss, gradient } = await f(x.slice())
      checkSize('the gradient', gradient, x.length)
      return { x, value: loss, gradient: gradient.slice() }
    },
    count: () => count,
  }
}

function isFinitePoint({ value, gradient }: Evaluated): boolean {
  return Number.isFinite(value) && gradient.every(Number.isFinite)
}

/** Where the model is least: no target where rounding has spoilt it. */
function modelMinimum(
  { x, gradient }: Evaluated,
  box: Box,
  matrix: CompactMatrix,
  known: GramOver | undefined,
  isBounded: boolean,
): { target: Float64Array | undefined; known: GramOver | undefined } {
  const k = matrix.corrections.length
  // Without bounds the subspace is the whole space, and the path to it leads nowhere else.
  const cauchy = isBounded || k === 0 ? cauchyPoint(x, gradient, box, matrix) : noCauchyPoint(x, k)
  if (k === 0 || cauchy.free.length === 0) return { target: cauchy.point, known }
  const over = gramOver(matrix.corrections, cauchy.free, known)
  return { target: subspaceMinimum(x, gradient, box, matrix, cauchy, over.gram), known: over }
}

function noCauchyPoint(x: Float64Array, k: number): CauchyPoint {
  const free = new Int32Array(x.length)
  for (let i = 0; i < x.length; i++) free[i] = i
  return { point: x.slice(), free, offset: new Float64Array(2 * k) }
}

/** What a search needs to know beside the points. */
interface SearchStart {
  readonly isFirst: boolean
  readonly bounded: { readonly any: boolean; readonly all: boolean }
  readonly box: Box
}

type Found = Evaluated & LinePoint & { readonly direction: Float64Array; readonly startSlope: number }

/** From here towards the target, whose step is 1; undefined where that is not downhill, or no step is good enough. */
async function searchLine(
  evaluate: Evaluate,
  here: Evaluated,
  target: Float64Array,
  { isFirst, bounded, box }: SearchStart,
): Promise<Found | undefined> {
  const direction = combination(target, -1, here.x)
  const slope = dot(here.gradient, direction)
  if (!(slope < 0)) return undefined
  const longest = isFirst && bounded.any ? 1 : longestStep(here.x, direction, box)
  // The first direction has no scale yet, unless the box gives it one.
  const first = isFirst && !bounded.all ? 1 / Math.sqrt(dot(direction, direction)) : 1
  const phi = async (step: number): Promise<Found> => {
    const x = step === 1 ? target : combination(here.x, step, direction)
    const found = await evaluate(projected(x, box))
    return { ...found, step, slope: dot(found.gradient, direction), direction, startSlope: slope }
  }
  return wolfeLineSearch(phi, { value: here.value, slope }, { first: Math.min(first, longest), longest })
}

/** How far the box allows, at most 10¹⁰. */
function longestStep(x: Float64Array, direction: Float64Array, { lower, upper }: Box): number {
  let longest = 1e10
  for (let i = 0; i < x.length; i++) {
    const move = direction[i] ?? NaN
    if (move === 0) continue
    const room = ((move > 0 ? upper[i] : lower[i]) ?? NaN) - (x[i] ?? NaN)
    longest = Math.min(longest, Math.max(0, room / move))
  }
  return longest
}

/** B with one step more, but where the slope did not rise along it: B would not be positive definite. */
function withStep(matrix: CompactMatrix, from: Evaluated, to: Found, memory: number): CompactMatrix {
  const curvature = (to.slope - to.startSlope) * to.step
  if (curvature <= -Number.EPSILON * to.startSlope * to.step) return matrix
  const s = to.direction.map(value => to.step * value)
  const y = combination(to.gradient, -1, from.gradient)
  return updatedMatrix(matrix, s, y, curvature, memory)
}

/** a + factor · b, a new array. */
function combination(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  const sum = new Float64Array(a.length)
  for (let i = 0; i < sum.length; i++) sum[i] = (a[i] ?? NaN) + factor * (b[i] ?? NaN)
  return sum
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? NaN) * (b[i] ?? NaN)
  return sum
}

function frozen(
  { x, value, gradient }: Evaluated,
  box: Box,
  how: Pick<LbfgsbResult, 'iterations' | 'evaluations' | 'end' | 'converged'>,
): LbfgsbResult {
  return Object.freeze({
    x,
    value,
    gradient,
    projectedGradientNorm: projectedGradientNorm(x, gradient, box),
    ...how,
    atBound: shareAtBound(x, box),
  })
}
