import type { LossAndGradient } from '@flatland/hessian'
import { randomStream } from '@flatland/tensor'
import { lbfgsb } from './l-bfgs-b.ts'

/** What is to be maximised, over |yᵢ| ≤ widthsᵢ. */
export interface BoxTask {
  readonly along: (y: Float64Array) => Promise<LossAndGradient>
  readonly widths: Float64Array
  readonly seed: number
  readonly signal: AbortSignal | undefined
  readonly onIteration: () => void
}

/** The best point of one search. */
export interface BoxSearch {
  readonly method: 'L-BFGS-B' | 'sign ascent'
  readonly highest: number
  readonly point: Float64Array
  readonly iterations: number
  readonly evaluations: number
  readonly converged: boolean
}

/**
 * Maximises in a box by L-BFGS-B from several starts: the middle first, then points drawn uniformly; one more of them where
 * the gradient in the middle is 0, for there nothing shows a way.
 */
export async function boxAscent(
  task: BoxTask,
  { iterations, starts }: { readonly iterations: number; readonly starts: number },
): Promise<BoxSearch[]> {
  const { along, widths, seed, signal, onIteration } = task
  const box = { lower: widths.map(width => -width), upper: widths }
  const search = async (start: Float64Array): Promise<BoxSearch> => {
    const negative = async (y: Float64Array): Promise<LossAndGradient> => {
      const { loss, gradient } = await along(y)
      return { loss: -loss, gradient: gradient.map(slope => -slope) }
    }
    const found = await lbfgsb(negative, start, box, { iterations, signal, onProgress: onIteration })
    return {
      method: 'L-BFGS-B',
      highest: -found.value,
      point: found.x,
      iterations: found.iterations,
      evaluations: found.evaluations,
      converged: found.converged,
    }
  }
  const middle = await search(new Float64Array(widths.length))
  const others = middle.iterations === 0 ? starts : starts - 1
  const searches = [middle]
  for (let i = 0; i < others; i++) {
    const uniform = randomStream(seed).fork(`start ${i}`).uniform(widths.length)
    searches.push(await search(widths.map((width, j) => width * (2 * (uniform[j] ?? 0) - 1))))
  }
  return searches
}
