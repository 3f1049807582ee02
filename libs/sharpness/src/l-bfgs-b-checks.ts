import type { LossAndGradient } from '@flatland/hessian'
import type { Box } from './box.ts'
import { checkInteger } from './checks.ts'

/** Refuses a start and a box that do not belong together, and options out of range. */
export function checkTask(
  start: Float64Array,
  { lower, upper }: Box,
  options: { readonly memory: number; readonly iterations: number; readonly gradientTolerance: number },
): void {
  checkInteger('memory', options.memory, 1)
  checkInteger('iterations', options.iterations, 1)
  const { gradientTolerance } = options
  if (!(gradientTolerance >= 0 && gradientTolerance < Infinity))
    throw new RangeError(`gradientTolerance is ${gradientTolerance}; it must be finite, and not negative`)
  if (start.length === 0) throw new RangeError('the start has no numbers; it must have one at least')
  checkSize('the lower bound', lower, start.length)
  checkSize('the upper bound', upper, start.length)
  checkFinite('the start', start)
  for (let i = 0; i < start.length; i++) {
    const [low, high] = [lower[i] ?? NaN, upper[i] ?? NaN]
    // Written so that NaN is refused.
    if (low <= high && low < Infinity && high > -Infinity) continue
    throw new RangeError(
      `the bounds at index ${i} are ${low} and ${high}; the lower one must not be above the upper one, with a finite number between`,
    )
  }
}

/** Refuses a start at which there is no way to tell what is better. */
export function checkStart({ loss, gradient }: LossAndGradient): void {
  if (!Number.isFinite(loss))
    throw new RangeError(`the loss is ${loss} at the start; it must be finite there: start elsewhere`)
  checkFinite('the gradient at the start', gradient)
}

export function checkSize(name: string, x: Float64Array, size: number): void {
  if (x.length === size) return
  throw new RangeError(`${name} has ${x.length} numbers; it must have ${size}, as the start has`)
}

function checkFinite(name: string, x: Float64Array): void {
  const bad = x.findIndex(value => !Number.isFinite(value))
  if (bad >= 0) throw new RangeError(`${name} holds ${x[bad] ?? NaN} at index ${bad}; all must be finite`)
}
