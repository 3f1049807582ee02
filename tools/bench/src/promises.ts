import { isDeepStrictEqual } from 'node:util'
import type { Limit, Work } from './cases.ts'
import type { CaseResult, PartResult } from './result.ts'
import type { RunnerName } from './runner.ts'
import { type Round, roundRatios, spread, type Spread } from './statistics.ts'

/** What the project promises, and what was measured. */
export interface Judged extends Limit {
  readonly measured: Spread
  readonly isKept: boolean
}

/** The promises of a case of which both sides were measured. */
export function judgedLimits({ limits = [], runners }: CaseResult): Judged[] {
  return limits.flatMap(limit => {
    const ratios = roundRatios(roundsOf(runners, limit.runner), roundsOf(runners, limit.of))
    if (ratios.length === 0) return []
    const measured = spread(ratios)
    return [{ ...limit, measured, isKept: measured.median <= limit.ratio }]
  })
}

/** How many gradients' time a Hessian-vector product may take, of the same network and batch. */
const IN_GRADIENTS: Readonly<Partial<Record<Work, Readonly<Partial<Record<RunnerName, number>>>>>> = {
  product: { native: 3.5 },
  'point-product': { compiled: 2 },
}

/** A product's time in gradients of the same network and batch, on one runner: the ratios within each round. */
export interface ProductInGradients {
  readonly title: string
  readonly runner: RunnerName
  readonly gradients: Spread
  /** How many are promised; none where nothing is. */
  readonly limit?: number
}

/** Of every product whose gradient was measured too. */
export function productsInGradients({ cases, runners }: PartResult): ProductInGradients[] {
  return cases.flatMap(product => {
    const gradient = cases.find(
      ({ work, batch, network }) =>
        work === 'gradient' && batch === product.batch && isDeepStrictEqual(network, product.network),
    )
    if (!product.work.endsWith('product') || gradient === undefined) return []
    return runners.flatMap(runner => {
      const ratios = roundRatios(roundsOf(product.runners, runner), roundsOf(gradient.runners, runner))
      if (ratios.length === 0) return []
      const limit = IN_GRADIENTS[product.work]?.[runner]
      return [
        {
          title: product.title,
          runner,
          gradients: spread(ratios),
          ...(limit === undefined ? {} : { limit }),
        },
      ]
    })
  })
}

function roundsOf(runners: CaseResult['runners'], runner: RunnerName): (Round | undefined)[] {
  return (runners[runner]?.rounds ?? []).map(round => round ?? undefined)
}
