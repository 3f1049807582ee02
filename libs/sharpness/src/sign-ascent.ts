import { randomStream } from '@flatland/tensor'
import type { BoxSearch, BoxTask } from './box-ascent.ts'

/**
 * Sign ascent in a box: from corner to corner, each the one that is highest as far as the slope at the point before tells,
 *
 *   y ← w ⊙ sign ∇f(y),
 *
 * which is the conditional gradient method (Frank and Wolfe 1956) with a step of 1. On a trained network some steps of it find
 * more than ten iterations of L-BFGS-B, whose first steps are short. It keeps the best point; it stops at a corner that shows to
 * itself, which is a local maximum as far as slopes tell, or from where it was before. Where a slope is 0 a random side is taken.
 */
export async function signAscent(
  { along, widths, seed, signal, onIteration }: BoxTask,
  steps: number,
): Promise<BoxSearch> {
  const sides = randomStream(seed).fork('sides').uniform(widths.length)
  const cornerFrom = (gradient: Float64Array): Float64Array =>
    widths.map((width, i) => width * (Math.sign(gradient[i] ?? 0) || ((sides[i] ?? 0) < 0.5 ? -1 : 1)))
  let point: Float64Array = new Float64Array(widths.length)
  let { loss, gradient } = await along(point)
  let best = { highest: loss, point }
  let evaluations = 1
  let converged = false
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted()
    const corner = cornerFrom(gradient)
    converged = corner.every((value, i) => value === point[i])
    if (converged) break
    point = corner
    ;({ loss, gradient } = await along(point))
    evaluations++
    if (loss > best.highest) best = { highest: loss, point }
    onIteration()
    // Beyond what float32 holds there is no slope to go on by.
    if (!Number.isFinite(loss)) break
  }
  return { method: 'sign ascent', ...best, iterations: evaluations - 1, evaluations, converged }
}
