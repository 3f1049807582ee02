import { PRODUCT_IN_GRADIENTS_LIMIT } from './cases.ts'
import { QUIET } from './machine-time.ts'
import { SLOW_CALL_MILLISECONDS } from './measure.ts'
import { type BenchResult, type CaseResult, productsInGradients } from './result.ts'
import type { RunnerName } from './runner.ts'
import type { Spread } from './statistics.ts'

/** What the runners are called in tables and charts. */
export const TITLES: Readonly<Record<RunnerName, string>> = {
  pytorch: 'PyTorch',
  native: 'native',
  wasm: 'wasm',
}

/**
 * The result as text: milliseconds and ratios as `median [lower quartile … upper quartile]`, and below the table what
 * a reader must know to trust it.
 */
export function benchTable(result: BenchResult): string {
  const { runners, baseline, cases } = result
  const others = runners.filter(({ name }) => name !== baseline)
  const promised = baseline === 'pytorch' && others.some(({ name }) => name === 'native')
  const header = [
    'one call, ms',
    ...runners.map(({ name }) => TITLES[name]),
    ...others.map(({ name }) => `${name} × ${TITLES[baseline]}`),
    ...(promised ? ['promised'] : []),
  ]
  const rows = cases.map(each => [
    each.title,
    ...runners.map(({ name }) => cell(each.runners[name]?.milliseconds)),
    ...others.map(({ name }) => cell(each.runners[name]?.ratio)),
    ...(promised ? [promise(each)] : []),
  ])
  return [...aligned([header, ...rows]), '', ...notes(result)].join('\n')
}

function notes(result: BenchResult): string[] {
  const { runners, missing, rounds, seed, date, machine, versions, othersShare, cases } = result
  const versionOf = runners.map(({ version, threads }) => `${version} (threads: ${threads})`).join(', ')
  return [
    'Median over the rounds, quartiles in brackets. A ratio is the median of the ratios within each round.',
    `${date}, ${rounds} rounds, seed ${seed}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `${versionOf}; Node ${versions.node}, TensorFlow.js ${versions.tfjs}`,
    ...inGradients(result),
    ...(othersShare > QUIET ? [busy(othersShare)] : []),
    ...fewerRounds(cases),
    ...missing.map(({ name, reason }) => `Without ${TITLES[name]}: ${reason}`),
  ]
}

function busy(share: number): string {
  return `Not to be trusted: other programs used ${(100 * share).toFixed(0)} % of the machine meanwhile. Measure again when it is idle.`
}

/** What a product costs beside a gradient, on every runner. */
function inGradients(result: BenchResult): string[] {
  return productsInGradients(result).map(({ title, runner, gradients }) => {
    const kept = gradients.median <= PRODUCT_IN_GRADIENTS_LIMIT ? '✓' : '✗'
    const promise = runner === 'native' ? `; promised ≤ ${PRODUCT_IN_GRADIENTS_LIMIT} ${kept}` : ''
    return `${title}, on ${runner}: ${cell(gradients)} gradients${promise}.`
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
      return [`${title} on ${name}: ${done} of ${rounds.length} rounds${why}.`]
    }),
  )
}

function promise({ nativeLimit, runners }: CaseResult): string {
  const ratio = runners.native?.ratio
  if (nativeLimit === undefined) return '—'
  return `≤ ${short(nativeLimit)}${ratio === undefined ? '' : ratio.median <= nativeLimit ? ' ✓' : ' ✗'}`
}

function cell(spread: Spread | undefined): string {
  return spread === undefined ? '—' : `${short(spread.median)} [${short(spread.low)} … ${short(spread.high)}]`
}

/** Three digits. */
function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}

/** The first column to the left, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('   '),
  )
}
