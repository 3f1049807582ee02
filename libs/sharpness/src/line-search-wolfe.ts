/** φ and φ′ at one step along a line. */
export interface LinePoint {
  readonly step: number
  readonly value: number
  readonly slope: number
}

/** How the first step is taken, and how far the line goes. */
export interface LineSteps {
  readonly first: number
  /** The step at which the line ends. */
  readonly longest: number
}

/** Where a minimum is sought: between two steps once it is bracketed, from the best one outwards before. */
interface Interval {
  readonly best: LinePoint
  readonly other: LinePoint
  readonly bracketed: boolean
}

/** How far outwards, in parts of the last move. */
const OUTWARDS = { least: 1.1, most: 4 } as const
/** φ(t) ≤ φ(0) + 10⁻³ t φ′(0). */
const SUFFICIENT = 1e-3
/** |φ′(t)| ≤ 0.9 |φ′(0)|. */
const CURVATURE = 0.9
/** An interval narrower than this part of its far end is narrow enough. */
const NARROW = 0.1
const EVALUATIONS = 20

/**
 * A step t with the strong Wolfe conditions, φ(t) ≤ φ(0) + μ t φ′(0) and |φ′(t)| ≤ η |φ′(0)|, by the search of Moré and
 * Thuente (1994), with μ = 10⁻³ and η = 0.9 as L-BFGS-B has them. Until a step is found where φ rises and has fallen enough,
 * it works on ψ(t) = φ(t) − φ(0) − μ t φ′(0), which keeps minima of a worse φ out of the interval (their section 2).
 *
 * Steps that fail the second condition are taken too: the end of the line where φ still falls there, and the best step
 * of an interval narrower than a tenth of its far end.
 *
 * A step at which φ or φ′ is not finite is never taken. It ends the interval as one where φ is infinite, and the next
 * is a quarter of the way to it from the best so far.
 *
 * @param phi gives what it finds at a step t > 0
 * @param start φ and φ′ < 0 at 0
 * @returns what `phi` gave last, or undefined where 20 steps were not enough
 */
export async function wolfeLineSearch<P extends LinePoint>(
  phi: (step: number) => Promise<P>,
  start: { readonly value: number; readonly slope: number },
  { first, longest }: LineSteps,
): Promise<P | undefined> {
  const required = SUFFICIENT * start.slope
  const origin = { step: 0, value: start.value, slope: start.slope }
  let interval: Interval = { best: origin, other: origin, bracketed: false }
  let range = { from: 0, to: first + OUTWARDS.most * first }
  let widths = [longest, 2 * longest] as const
  let onAuxiliary = true
  let step = first
  for (let taken = 0; taken < EVALUATIONS; taken++) {
    const found = await phi(step)
    const here = isFinitePoint(found) ? found : { step, value: Infinity, slope: NaN }
    const falls = here.value <= start.value + step * required
    if (falls && here.slope >= 0) onAuxiliary = false
    if (falls && step === longest && here.slope <= required) return found
    if (falls && Math.abs(here.slope) <= -CURVATURE * start.slope) return found
    if (interval.bracketed && isNarrow(step, range)) return here === found ? found : undefined
    const shift = onAuxiliary && here.value <= interval.best.value && !falls ? required : 0
    const next = nextTrial(interval, here, range, shift)
    interval = next.interval
    step = next.step
    const { best, other, bracketed } = interval
    if (bracketed) {
      const width = Math.abs(other.step - best.step)
      // Interpolation that does not shrink the interval by a third in two steps gives way to bisection.
      if (width >= 0.66 * widths[1]) step = between(best, other, 0.5)
      widths = [width, widths[0]]
      range = { from: Math.min(best.step, other.step), to: Math.max(best.step, other.step) }
    } else {
      const move = step - best.step
      range = { from: step + OUTWARDS.least * move, to: step + OUTWARDS.most * move }
    }
    step = Math.min(Math.max(step, 0), longest)
    if (bracketed && isNarrow(step, range)) {
      if (best === here) return found
      step = best.step
    }
  }
  return undefined
}

function isFinitePoint({ value, slope }: LinePoint): boolean {
  return Number.isFinite(value) && Number.isFinite(slope)
}

function isNarrow(step: number, { from, to }: Range): boolean {
  return step <= from || step >= to || to - from <= NARROW * to
}

interface Range {
  readonly from: number
  readonly to: number
}

function between(a: LinePoint, b: LinePoint, part: number): number {
  return a.step + part * (b.step - a.step)
}

/**
 * The next step and interval, from φ(t) − `shift` t (Moré and Thuente 1994, section 4): by cubics and quadratics through
 * the best step and the newest one.
 */
function nextTrial(
  { best, other, bracketed }: Interval,
  here: LinePoint,
  range: Range,
  shift: number,
): { interval: Interval; step: number } {
  const [x, y, t] = [shifted(best, shift), shifted(other, shift), shifted(here, shift)]
  if (t.value > x.value) {
    // Case 1: a minimum lies between them.
    const [cubic, quadratic] = [cubicStep(x, t).step, quadraticStep(x, t)]
    const cubicIsNearer = Math.abs(cubic - x.step) < Math.abs(quadratic - x.step)
    return trial({ best, other: here, bracketed: true }, cubicIsNearer ? cubic : (cubic + quadratic) / 2)
  }
  if (t.slope * Math.sign(x.slope) < 0) {
    // Case 2: so does one here, for the slopes differ in sign.
    const [cubic, secant] = [cubicStep(t, x).step, secantStep(t, x)]
    const cubicIsFarther = Math.abs(cubic - t.step) > Math.abs(secant - t.step)
    return trial({ best: here, other: best, bracketed: true }, cubicIsFarther ? cubic : secant)
  }
  const interval = { best: here, other, bracketed }
  const outwards = t.step > x.step
  if (Math.abs(t.slope) < Math.abs(x.slope)) {
    // Case 3: φ still falls, less steeply.
    const { step, part } = cubicStep(t, x)
    const cubic = part < 0 ? step : outwards ? range.to : range.from
    const secant = secantStep(t, x)
    const cubicIsNearer = Math.abs(cubic - t.step) < Math.abs(secant - t.step)
    if (!bracketed)
      return trial(interval, Math.min(Math.max(cubicIsNearer ? secant : cubic, range.from), range.to))
    const nearer = cubicIsNearer ? cubic : secant
    const limit = between(t, y, 0.66)
    return trial(interval, outwards ? Math.min(limit, nearer) : Math.max(limit, nearer))
  }
  // Case 4: φ falls as steeply or more.
  if (bracketed) return trial(interval, cubicStep(t, y).step)
  return trial(interval, outwards ? range.to : range.from)
}

/** Where an end is infinitely high, or a cubic overflows, nothing can be interpolated. */
function trial(interval: Interval, step: number): { interval: Interval; step: number } {
  const { best, other } = interval
  return { interval, step: Number.isFinite(step) ? step : between(best, other, 0.25) }
}

function shifted({ step, value, slope }: LinePoint, shift: number): LinePoint {
  return { step, value: value - shift * step, slope: slope - shift }
}

/** The minimum of the cubic with the values and slopes of both; `part` is how far from a to b, in parts of b − a. */
function cubicStep(a: LinePoint, b: LinePoint): { step: number; part: number } {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope))
  const root = scale * Math.sqrt(Math.max(0, (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale)))
  const gamma = b.step < a.step ? -root : root
  const part = (gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope)
  // Without a root there is no minimum beyond b.
  return { step: between(a, b, part), part: gamma === 0 ? Infinity : part }
}

/** The minimum of the parabola with both values and the slope at a. */
function quadraticStep(a: LinePoint, b: LinePoint): number {
  const mean = (a.value - b.value) / (b.step - a.step)
  return between(a, b, a.slope / (mean + a.slope) / 2)
}

/** Where the slope is 0 on the line through both slopes. */
function secantStep(a: LinePoint, b: LinePoint): number {
  return between(a, b, a.slope / (a.slope - b.slope))
}
