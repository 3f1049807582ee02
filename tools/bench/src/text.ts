import type { BenchResult, PartResult } from './result.ts'
import type { RunnerName } from './runner.ts'
import type { Spread } from './statistics.ts'

/** What the runners are called in tables and charts. */
export const TITLES: Readonly<Record<RunnerName, string>> = {
  pytorch: 'PyTorch',
  'pytorch-foreach': 'PyTorch foreach',
  'pytorch-fused': 'PyTorch fused',
  native: 'native',
  compiled: 'compiled',
  wasm: 'wasm',
}

/** How a chart's numbers came about. */
export function subtitle(part: PartResult, { runners, machine, threads, rounds }: BenchResult): string {
  const versions = runners.filter(({ name }) => part.runners.includes(name)).map(({ version }) => version)
  const wasm = part.runners.includes('wasm') ? ', wasm 1' : ''
  return `${[...new Set(versions)].join(', ')}; ${machine.cpu}, threads: ${threads}${wasm}; medians of ${rounds} rounds`
}

/** A table, and what a reader must know of it. */
export interface Table {
  readonly title: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly notes: readonly string[]
}

/** For a terminal. */
export function textOf({ title, header, rows, notes }: Table): string {
  return [title, '', ...aligned([header, ...rows]), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}

/** For a page: the first column to the left, numbers to the right. */
export function markdownOf({ title, header, rows, notes }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `## ${title}`,
    '',
    line(header),
    line(header.map((_, column) => (column === 0 ? '---' : '--:'))),
    ...rows.map(line),
    ...(notes.length > 0 ? ['', bulletsOf(notes)] : []),
  ].join('\n')
}

/** Notes as a list of Markdown. */
export function bulletsOf(notes: readonly string[]): string {
  return notes.map(note => `- ${note}`).join('\n')
}

/** `median [lower quartile … upper quartile]` */
export function cell(spread: Spread | undefined): string {
  return spread === undefined ? '—' : `${short(spread.median)} [${short(spread.low)} … ${short(spread.high)}]`
}

/** A number that may not have been measured. */
export function shortOrNone(value: number | undefined): string {
  return value === undefined ? '—' : short(value)
}

/** Three digits. */
export function short(value: number): string {
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
