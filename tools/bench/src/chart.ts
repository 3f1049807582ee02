import { barChart, type Chart } from '@flatland/charts'
import { optimizerTitle } from './cases.ts'
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

/**
 * The time of an update by each optimiser at one batch size, as bars: those that a runner does not have have none of it.
 *
 * @example
 * writeFileSync('optimizers.svg', await optimizerChart(part, 16, result).svg())
 */
export function optimizerChart(part: PartResult, batch: number, result: BenchResult): Chart {
  const rows = part.cases
    .filter(each => each.batch === batch)
    .flatMap(each =>
      part.runners.flatMap(name => {
        const milliseconds = each.runners[name]?.milliseconds.median
        const optimizer = optimizerTitle(each)
        return milliseconds === undefined ? [] : [{ optimizer, runner: TITLES[name], milliseconds }]
      }),
    )
  return barChart({
    title: `One update of the MLP by each optimiser, batch size ${batch}`,
    subtitle: subtitle(part, result),
    rows,
    category: { field: 'optimizer', title: 'optimiser' },
    value: { field: 'milliseconds', title: 'time of one update', unit: 'ms' },
    series: { field: 'runner', title: 'runner' },
  })
}
