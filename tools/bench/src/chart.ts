import { barChart, type Chart } from '@flatland/charts'
import type { BenchResult, PartResult } from './result.ts'
import { subtitle, TITLES } from './text.ts'

/**
 * The ratios of a table as bars: for each case one for each runner but the baseline, and a line where a runner is as
 * fast.
 *
 * @throws Error when only one runner was measured
 *
 * @example
 * writeFileSync('bench.svg', await ratioChart(result.parts[0], result).svg())
 */
export function ratioChart(part: PartResult, result: BenchResult): Chart {
  const { baseline } = result
  const others = part.runners.filter(name => name !== baseline)
  const rows = part.cases.flatMap(({ title, runners }) =>
    others.flatMap(name => {
      const ratio = runners[name]?.ratio?.median
      return ratio === undefined ? [] : [{ case: title, runner: TITLES[name], ratio }]
    }),
  )
  if (rows.length === 0) throw new Error(`only ${TITLES[baseline]} was measured: there is no ratio to draw`)
  return barChart({
    title: `Time of one call, relative to ${TITLES[baseline]}`,
    subtitle: subtitle(part, result),
    rows,
    category: { field: 'case', title: 'case' },
    value: { field: 'ratio', title: `time / time of ${TITLES[baseline]}` },
    series: { field: 'runner', title: 'runner' },
    rule: { value: 1, label: TITLES[baseline] },
  })
}
