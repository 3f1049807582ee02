import { randomStream } from '@flatland/tensor'
import { checkInteger, checkPositive } from './checks.ts'
import {
  checkNearLoss,
  checkSeed,
  checkStartLoss,
  type Evaluations,
  type MeasureOptions,
  roundingOf,
} from './evaluations.ts'

/** How a ball is searched. */
export interface AscentOptions extends MeasureOptions {
  /** The most steps of ascent after the first-order point, each a gradient over the whole data. 0: that point alone. Default 20. */
  readonly steps?: number
  /** Of the points from which the search sets out where the gradient, or a number of it, is 0. Default 0. */
  readonly seed?: number
}

/** How far the loss rises in a neighbourhood of θ, as far as it was found: a lower bound of the maximum. */
export interface WorstCaseSharpness {
  /** The highest loss that was found, less the loss at θ: never below 0, for θ itself is in the neighbourhood. */
  readonly value: number
  /** L(θ). */
  readonly loss: number
  readonly rho: number
  /** How far from θ it was found, at most ρ: 0 where nothing higher was, in the measure's own norm. */
  readonly distance: number
  /** What float32 may leave uncertain of the value, several roundings of the two losses. */
  readonly rounding: number
  /** Losses with their gradients over the whole data. */
  readonly evaluations: number
  readonly seed: number
}

/** { δ = T z : ‖z‖_p ≤ ρ }. */
export interface Ball {
  readonly rho: number
  /** p. */
  readonly norm: 2 | 'infinity'
  /** The diagonal of T. */
  readonly scale: Float64Array
}

/** How many random points are taken where the gradient says nothing. */
const STARTS = 4

/** A step so long that only its direction counts. */
const WHOLE = 1e6

/** Refuses what no ball can be searched with, before any work. */
export function checkAscent(rho: number, { steps = 20, seed = 0 }: AscentOptions): void {
  checkPositive('rho', rho)
  checkInteger('steps', steps, 0)
  checkSeed(seed)
}

/** The most evaluations that a search takes: θ, and the steps from each start. */
export function mostEvaluations({ steps = 20 }: AscentOptions): number {
  return 1 + STARTS * (1 + steps)
}

/**
 * The highest loss in a ball by projected gradient ascent from θ, with steps in the direction of steepest ascent of the
 * ball's norm, sign(T g) for p = ∞ and T g / ‖T g‖ for p = 2, of which the highest point is kept.
 *
 * The first step ends at the first-order point, where the linearised loss is highest. As long as whole steps to the
 * boundary rise, they are taken: on a convex loss each does (Journée et al. 2010, section 2). Then they are of ρ / 2, halved
 * whenever one does not rise. Where the gradient at θ is 0 the search sets out from random points of the boundary; where some
 * numbers of it are, from one such point beside.
 */
export async function riseInBall(
  evaluations: Evaluations,
  ball: Ball,
  { steps = 20, seed = 0 }: AscentOptions,
): Promise<WorstCaseSharpness> {
  const centre = await lookAt(evaluations, ball, new Float64Array(ball.scale.length))
  let best = centre
  const keep = (point: Point): void => {
    if (point.loss > best.loss) best = point
  }
  if (centre.slope.some(slope => slope !== 0)) keep(await ascend(evaluations, ball, centre, 1 + steps))
  const random = randomStream(seed).fork('sharpness/starts')
  for (let i = randomStarts(ball, centre, steps); i > 0; i--) {
    const direction = Float64Array.from(random.normal(centre.z.length))
    const start = towards(ball, centre.z, direction, WHOLE * ball.rho)
    keep(await ascend(evaluations, ball, await lookAt(evaluations, ball, start), steps))
  }
  return Object.freeze({
    value: best.loss - centre.loss,
    loss: centre.loss,
    rho: ball.rho,
    distance: lengthOf(best.z, ball.norm),
    rounding: roundingOf(centre.loss, best.loss),
    evaluations: evaluations.count,
    seed,
  })
}

/** Where the slope at θ is 0 in all directions or in some, an ascent from there never sees these. */
function randomStarts({ scale }: Ball, { slope }: Point, steps: number): number {
  if (slope.every(each => each === 0)) return STARTS
  return steps > 0 && slope.some((each, i) => each === 0 && scale[i] !== 0) ? 1 : 0
}

/** A point z of the ball, in its own coordinates. */
interface Point {
  readonly z: Float64Array
  /** L(θ + T z). */
  readonly loss: number
  /** Its gradient in z, T ∇L. */
  readonly slope: Float64Array
}

async function ascend(evaluations: Evaluations, ball: Ball, from: Point, steps: number): Promise<Point> {
  let point = from
  let length = WHOLE * ball.rho
  // Shorter ones change the loss by less than its rounding.
  for (let taken = 0; taken < steps && length > ball.rho / 1000; taken++) {
    if (point.slope.every(slope => slope === 0)) break
    const next = await lookAt(evaluations, ball, towards(ball, point.z, point.slope, length))
    if (next.loss > point.loss) point = next
    else length = Math.min(length, ball.rho) / 2
  }
  return point
}

async function lookAt({ start, valueAndGradient }: Evaluations, ball: Ball, z: Float64Array): Promise<Point> {
  const { scale, rho } = ball
  const theta = start.map((value, i) => value + (scale[i] ?? NaN) * (z[i] ?? NaN))
  const { loss, gradient } = await valueAndGradient(theta)
  if (z.every(value => value === 0)) checkStartLoss(loss)
  else checkNearLoss(loss, 'rho', rho)
  return { z, loss, slope: gradient.map((slope, i) => slope * (scale[i] ?? NaN)) }
}

/** A step of this length in the ball's norm from z, steepest along a slope, projected onto the ball. */
function towards({ rho, norm }: Ball, z: Float64Array, slope: Float64Array, length: number): Float64Array {
  if (norm === 'infinity') {
    return z.map((value, i) => Math.max(-rho, Math.min(rho, value + length * Math.sign(slope[i] ?? NaN))))
  }
  const steepness = lengthOf(slope, 2)
  const moved = z.map((value, i) => value + length * ((slope[i] ?? NaN) / steepness))
  const distance = lengthOf(moved, 2)
  return distance > rho ? moved.map(value => value * (rho / distance)) : moved
}

/** ‖z‖_p. Divided by its largest entry first, so that the squares of a small gradient do not vanish. */
function lengthOf(z: Float64Array, norm: Ball['norm']): number {
  const largest = z.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (norm === 'infinity' || largest === 0) return largest
  return largest * Math.sqrt(z.reduce((sum, value) => sum + (value / largest) ** 2, 0))
}
