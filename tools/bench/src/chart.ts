import { barChart, type Chart } from '@flatland/charts'
import type { BenchResult } from './result.ts'
import { TITLES } from './table.ts'

/**
 * The ratios as bars: for each case one for each runner but the baseline, and a line where a runner is as fast.
 *
 * @throws Error when only one runner was measured
 *
 * @example
 * writeFileSync('bench.svg', await benchChart(result).svg())
 */
export function benchChart({ runners, baseline, rounds, threads, machine, cases }: BenchResult): Chart {
  const others = runners.filter(({ name }) => name !== baseline)
  const rows = cases.flatMap(({ title, runners }) =>
    others.flatMap(({ name }) => {
      const ratio = runners[name]?.ratio?.median
      return ratio === undefined ? [] : [{ case: title, runner: TITLES[name], ratio }]
    }),
  )
  if (rows.length === 0) throw new Error(`only ${TITLES[baseline]} was measured: there is no ratio to draw`)
  const versions = runners.map(({ version }) => version).join(', ')
  return barChart({
    title: `Time of one call, relative to ${TITLES[baseline]}`,
    subtitle: `${versions}; ${machine.cpu}, threads: ${threads}, wasm 1; medians of ${rounds} rounds`,
    rows,
    category: { field: 'case', title: 'case' },
    value: { field: 'ratio', title: `time / time of ${TITLES[baseline]}` },
    series: { field: 'runner', title: 'runner' },
    rule: { value: 1, label: TITLES[baseline] },
  })
}
