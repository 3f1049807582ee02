import { curveTable } from './curve.ts'
import { freshTable } from './fresh-table.ts'
import { QUIET } from './machine-time.ts'
import { partTable } from './part-table.ts'
import { PARTS } from './parts.ts'
import { judgedLimits, productsInGradients } from './promises.ts'
import type { BenchResult, PartResult } from './result.ts'
import { short, type Table, textOf, TITLES } from './text.ts'

/**
 * The result as text: milliseconds, ratios as `median [lower quartile … upper quartile]`, and below the tables what a
 * reader must know to trust them.
 */
export function benchTable(result: BenchResult): string {
  return [...tablesOf(result).map(textOf), notes(result).join('\n')].join('\n\n')
}

/** Every table of the result. */
export function tablesOf(result: BenchResult): Table[] {
  const { parts, fresh } = result
  const title = PARTS.find(({ name }) => name === 'fresh')?.title ?? ''
  return [
    ...parts.map(part => (part.name === 'curve' ? curveTable(part, result) : partTable(part, result))),
    ...(fresh ? [freshTable(title, fresh)] : []),
  ]
}

/** What holds for all tables. */
export function notes(result: BenchResult): string[] {
  const { runners, missing, rounds, seed, date, machine, versions, othersShare, parts } = result
  const versionOf = new Set(runners.map(({ version, threads }) => `${version} (threads: ${threads})`))
  return [
    ...(parts.length > 0 ? [MEDIANS] : []),
    `${date}, ${rounds} rounds, seed ${seed}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`,
    `${[...versionOf].join(', ')}; Node ${versions.node}, TensorFlow.js ${versions.tfjs}`,
    ...verdict(parts),
    ...(othersShare > QUIET ? [busy(othersShare)] : []),
    ...missing.map(({ name, reason }) => `Without ${TITLES[name]}: ${reason}`),
  ]
}

const MEDIANS =
  'Medians over the rounds; a ratio is the median of the ratios within each round, its quartiles in brackets.'

/** Which promises were kept, of those that could be judged. */
function verdict(parts: readonly PartResult[]): string[] {
  const cases = new Map(parts.flatMap(part => part.cases.map(each => [each.name, each])))
  const besideOthers = [...cases.values()].flatMap(each =>
    judgedLimits(each).map(({ runner, of, ratio, measured, isKept }) => ({
      isKept,
      text: `${each.title}: ${TITLES[runner]} ${short(measured.median)} × ${TITLES[of]}, not ≤ ${short(ratio)}`,
    })),
  )
  const besideGradients = parts
    .flatMap(productsInGradients)
    .flatMap(({ title, runner, gradients, limit }) => {
      if (limit === undefined) return []
      const text = `${title}: ${TITLES[runner]} ${short(gradients.median)} gradients, not ≤ ${limit}`
      return [{ isKept: gradients.median <= limit, text }]
    })
  const judged = [...besideOthers, ...besideGradients]
  if (judged.length === 0) return []
  const missed = judged.filter(({ isKept }) => !isKept)
  return [
    `Promises kept: ${judged.length - missed.length} of ${judged.length}.`,
    ...(missed.length > 0 ? [`Missed: ${missed.map(({ text }) => text).join('; ')}.`] : []),
  ]
}

function busy(share: number): string {
  return `Not to be trusted: other programs used ${(100 * share).toFixed(0)} % of the machine meanwhile. Measure again when it is idle.`
}
