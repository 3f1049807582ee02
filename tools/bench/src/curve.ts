import { type Chart, lineChart } from '@flatland/charts'
import type { BenchResult, CaseResult, Peak, PartResult } from './result.ts'
import { stepBound } from './roofline.ts'
import { cell, short, shortOrNone, subtitle, type Table, TITLES } from './text.ts'

/** For each batch size the time of a step, what is the least it could be, and how many examples that makes a second. */
export function curveTable(part: PartResult, { peaks = [], baseline }: BenchResult): Table {
  const peak = peaks.at(-1)
  const others = part.runners.filter(name => name !== baseline)
  return {
    title: part.title,
    header: [
      'batch size',
      ...part.runners.map(name => `${TITLES[name]}, ms`),
      ...others.map(name => `${TITLES[name]} × ${TITLES[baseline]}`),
      ...part.runners.map(name => `${TITLES[name]}, examples/s`),
      ...(peak === undefined ? [] : [`bound on ${threadsOf(peak)}, ms`]),
    ],
    rows: part.cases.map(each => [
      String(each.batch),
      ...part.runners.map(name => shortOrNone(each.runners[name]?.milliseconds.median)),
      ...others.map(name => cell(each.runners[name]?.ratio)),
      ...part.runners.map(name => {
        const time = each.runners[name]?.milliseconds.median
        return shortOrNone(time && throughput(each.batch, time))
      }),
      ...(peak === undefined ? [] : [short(boundOf(each, peak))]),
    ]),
    notes: peak === undefined ? [] : [...peaks.map(peakText), BOUND, ...belowBound(part, peak)],
  }
}

/** The time of a step against the batch size, over the least it could be. */
export function timeChart(part: PartResult, result: BenchResult): Chart {
  return lineChart({
    title: 'Time of a step of the MLP by batch size',
    subtitle: subtitle(part, result),
    rows: curveRows(part, result, (_, time) => time),
    x: { field: 'batch size', title: 'batch size', scale: 'log' },
    y: { field: 'value', title: 'time of a step', unit: 'ms', scale: 'log' },
    series: { field: 'runner', title: 'runner' },
  })
}

/** Examples a second against the batch size, under the most there could be. */
export function throughputChart(part: PartResult, result: BenchResult): Chart {
  return lineChart({
    title: 'Examples a second by batch size',
    subtitle: subtitle(part, result),
    rows: curveRows(part, result, throughput),
    x: { field: 'batch size', title: 'batch size', scale: 'log' },
    y: { field: 'value', title: 'examples a second', scale: 'log' },
    series: { field: 'runner', title: 'runner' },
  })
}

function curveRows(
  { cases, runners }: PartResult,
  { peaks = [] }: BenchResult,
  value: (batch: number, milliseconds: number) => number,
) {
  const measured = runners.flatMap(name =>
    cases.flatMap(each => {
      const time = each.runners[name]?.milliseconds.median
      return time === undefined ? [] : [row(TITLES[name], each, value(each.batch, time))]
    }),
  )
  const bounds = peaks.flatMap(peak =>
    cases.map(each => row(`bound, ${threadsOf(peak)}`, each, value(each.batch, boundOf(each, peak)))),
  )
  return [...measured, ...bounds]
}

function row(runner: string, { batch }: CaseResult, value: number) {
  return { runner, 'batch size': batch, value }
}

function boundOf({ network, batch }: CaseResult, peak: Peak): number {
  if (network.kind !== 'mlp') throw new Error(`there is no roofline of a ${network.kind}`)
  return stepBound(network, batch, peak)
}

function throughput(batch: number, milliseconds: number): number {
  return (batch / milliseconds) * 1000
}

const BOUND =
  'The bound of a step (roofline): its arithmetic at that speed, or its memory traffic at the faster of the two ' +
  'bandwidths, whichever takes longer. Counted are what no way to compute it can leave out: the matrix products and ' +
  'the update; the parameters, read and written once, the images, and what hidden units give, written and read.'

/** A bound that does not hold is never silent. */
function belowBound({ cases, runners }: PartResult, peak: Peak): string[] {
  return runners.flatMap(name => {
    const below = cases.filter(
      each => (each.runners[name]?.milliseconds.median ?? Infinity) < boundOf(each, peak),
    )
    if (below.length === 0) return []
    const sizes = below.map(({ batch }) => batch).join(', ')
    return [
      `${TITLES[name]} is below that bound at batch size ${sizes}: the machine was slower when its speed was measured.`,
    ]
  })
}

function peakText(peak: Peak): string {
  const [flops, memory, cache] = [peak.flops, peak.memory, peak.cache].map(each => short(each / 1e9))
  return (
    `The machine on ${threadsOf(peak)}: ${flops} Gflop/s in a matrix product of float32; copying, read and written, ` +
    `${memory} GB/s in memory and ${cache} GB/s in arrays as large as the parameters.`
  )
}

function threadsOf({ threads }: Peak): string {
  return threads === 1 ? '1 thread' : `${threads} threads`
}
