import { SLOW_CALL_MILLISECONDS } from './measure.ts'
import { type Judged, judgedLimits, productsInGradients } from './promises.ts'
import type { BenchResult, CaseResult, PartResult } from './result.ts'
import type { RunnerName } from './runner.ts'
import { cell, short, shortOrNone, type Table, TITLES } from './text.ts'

/** Milliseconds, ratios as `median [lower quartile … upper quartile]`, and what was promised. */
export function partTable(part: PartResult, { baseline }: BenchResult): Table {
  const others = part.runners.filter(name => name !== baseline)
  const promised = part.cases.some(each => judgedLimits(each).length > 0)
  return {
    title: part.title,
    header: [
      'one call, ms',
      ...part.runners.map(name => TITLES[name]),
      ...others.map(name => `${TITLES[name]} × ${TITLES[baseline]}`),
      ...(promised ? ['promised'] : []),
    ],
    rows: part.cases.map(each => [
      each.title,
      ...part.runners.map(name => shortOrNone(each.runners[name]?.milliseconds.median)),
      ...others.map(name => cell(each.runners[name]?.ratio)),
      ...(promised ? [promise(judgedLimits(each))] : []),
    ]),
    notes: [...part.notes, ...inGradients(part), ...fewerRounds(part.cases)],
  }
}

/** A promise beside another than PyTorch as it is has no column, so it brings its number. */
function promise(judged: readonly Judged[]): string {
  if (judged.length === 0) return '—'
  return judged
    .map(({ runner, of, ratio, measured, isKept }) => {
      const beside = of === 'pytorch' ? '' : ` × ${TITLES[of]} (${short(measured.median)})`
      return `${TITLES[runner]} ≤ ${short(ratio)}${beside} ${isKept ? '✓' : '✗'}`
    })
    .join(', ')
}

/** What a product costs beside a gradient, on every runner. */
function inGradients(part: PartResult): string[] {
  return productsInGradients(part).map(({ title, runner, gradients, limit }) => {
    const promise =
      limit === undefined ? '' : `; promised ≤ ${limit} ${gradients.median <= limit ? '✓' : '✗'}`
    return `${title}, on ${TITLES[runner]}: ${cell(gradients)} gradients${promise}.`
  })
}

/** A measurement with fewer rounds than the others is never silent. */
function fewerRounds(cases: readonly CaseResult[]): string[] {
  return cases.flatMap(({ title, runners }) =>
    Object.entries(runners).flatMap(([name, { rounds, milliseconds }]) => {
      const done = rounds.filter(round => round !== null).length
      if (done === rounds.length) return []
      const why =
        milliseconds.median > SLOW_CALL_MILLISECONDS
          ? `, a call takes over ${SLOW_CALL_MILLISECONDS / 1000} s`
          : ''
      return [`${title} on ${TITLES[name as RunnerName]}: ${done} of ${rounds.length} rounds${why}.`]
    }),
  )
}
