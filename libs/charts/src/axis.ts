import { guideTitle } from './guide-title.ts'
import { whyNotOn, type Scale } from './rows.ts'

/** An axis of a line chart. */
export interface Axis {
  /** The field of the rows that holds its numbers. */
  readonly field: string
  /** What it measures: 'batch size'. */
  readonly title: string
  /** The unit of the numbers, which is shown behind the title: 'ms'. Default: none. */
  readonly unit?: string
  /** Default: 'linear', which starts at 0. 'log' shows positive numbers only. */
  readonly scale?: Scale
}

/** The title with its unit: 'time per update (ms)'. */
export function axisTitle({ title, unit }: Pick<Axis, 'title' | 'unit'>): string {
  return guideTitle(unit === undefined ? title : `${title} (${unit})`)
}

/** What Vega-Lite needs to place `field`, with all of `values` on the axis. */
export function axisEncoding(axis: Axis, field: string, values: readonly number[]) {
  const title = axisTitle(axis)
  if (axis.scale !== 'log')
    return {
      field,
      type: 'quantitative' as const,
      title,
      scale: { zero: true, nice: true },
      axis: { tickCount: 6 },
    }
  const domain = logDomain(values)
  return {
    field,
    type: 'quantitative' as const,
    title,
    scale: { type: 'log' as const, domain, nice: false },
    axis: { values: logTicks(domain), format: ',~g' },
  }
}

/** Where on the axis `value` lies: 0 at its start, 1 at its end. */
export function placeOn({ scale }: Pick<Axis, 'scale'>, values: readonly number[], value: number): number {
  if (scale === 'log') {
    const [low, high] = logDomain(values)
    return Math.log(value / low) / Math.log(high / low)
  }
  const [low, high] = extent([0, ...values])
  return high === low ? 0 : (value - low) / (high - low)
}

/** Throws unless `value` can stand on the axis. */
export function checkOnAxis(
  caller: string,
  name: string,
  { scale = 'linear' }: Pick<Axis, 'scale'>,
  value: number,
): void {
  const problem = whyNotOn(scale, value)
  if (problem !== undefined) throw new Error(`${caller}: ${name} is ${value}; ${problem}`)
}

/** The ends of a log axis: the nearest of …, 1, 2, 5, 10, 20, … that enclose the values, and never only one. */
export function logDomain(values: readonly number[]): [number, number] {
  const [low, high] = extent(values)
  const steps = [...roundNumbers([low, high])]
  const from = steps.filter(step => step <= low).at(-1) ?? low
  const to = steps.find(step => step >= high && step > from) ?? high
  return [from, to]
}

/** At most 8 ticks: 1, 2, 5, 10, … on a short axis, then powers of ten, then every second, third, … power. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const steps = [...roundNumbers([low, high])].filter(step => step >= low && step <= high)
  if (steps.length <= mostTicks) return steps
  const powers = steps.filter(step => Number.isInteger(roundedLog10(step)))
  const stride = Math.ceil(powers.length / mostTicks)
  return powers.filter(power => roundedLog10(power) % stride === 0)
}

const mostTicks = 8

/** 1, 2 and 5 times the powers of ten, from one power below the extent to one above. */
function* roundNumbers([low, high]: readonly [number, number]): Generator<number> {
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++)
    // Read from text: 10 ** -5 * 5 is not 0.00005.
    for (const digit of [1, 2, 5]) yield Number(`${digit}e${power}`)
}

function roundedLog10(value: number): number {
  return Number(Math.log10(value).toFixed(9))
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  )
}
