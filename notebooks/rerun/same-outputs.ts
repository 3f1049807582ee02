import type { Cell } from '@flatland/cli/src/notebook-schema.ts'

type Text = string | readonly string[]

interface Output {
  readonly output_type: string
  /** What was printed. */
  readonly text?: Text
  /** Of an error, as `evalue`. */
  readonly ename?: string
  readonly evalue?: string
  readonly data?: {
    readonly [VEGA]?: unknown
    readonly 'text/html'?: Text
    readonly 'text/markdown'?: Text
    readonly 'image/svg+xml'?: Text
    readonly 'text/plain'?: Text
  }
}

const VEGA = 'application/vnd.vegalite.v5+json'

/** One thing that a cell shows: a chart, a line of text, a row of a table. */
interface Piece {
  readonly text: string
  /** Whether it speaks of time, so that its numbers are other ones in every run. */
  readonly timed: boolean
}

/** How two texts are the same, from the strictest; or what is other, in a line. */
export type Comparison = (typeof DEGREES)[number] | { readonly other: string }
export const DEGREES = ['same', 'same but for rounding', 'same but for what varies'] as const

/**
 * Compares what a cell shows with what it showed before. All must be equal, but for
 *
 * - rounding: sums in float32 over several threads depend on who comes first, so numbers may differ by 10⁻³ of themselves,
 *   or by 10⁻⁶;
 * - times: numbers, and the verdicts that hang on them, in pieces that speak of time by their own words or units. A chart does
 *   by its titles, a table by the heads of its columns, a line of text or a claim by itself. How many trials came from
 *   the store is of that kind: the second time all do.
 *
 * @param varies whether the cell's numbers are known to vary, though it does not speak of time
 */
export function compare(before: Cell, again: Cell, varies = false): Comparison {
  const [first, second] = [outputsOf(before), outputsOf(again)]
  const failed = second.find(({ output_type }) => output_type === 'error')
  if (failed) return { other: `fails with ${failed.ename ?? ''}: ${failed.evalue ?? ''}` }
  const [pieces, now] = [first.flatMap(piecesOf), second.flatMap(piecesOf)]
  if (pieces.length !== now.length)
    return { other: `showed ${pieces.length} lines and charts, now ${now.length}` }
  const degrees = pieces.map((piece, i) => degreeOf(piece, now[i]?.text ?? '', varies))
  const differs = degrees.indexOf(undefined)
  if (differs >= 0) {
    const shown = (varies || pieces[differs]?.timed) === true ? frameOf : (text: string) => text
    return { other: firstDifference(shown(pieces[differs]?.text ?? ''), shown(now[differs]?.text ?? '')) }
  }
  return DEGREES.findLast(degree => degrees.includes(degree)) ?? 'same'
}

function outputsOf(cell: Cell): readonly Output[] {
  return (cell['outputs'] ?? []) as readonly Output[]
}

function textOf(text: Text): string {
  return [text].flat().join('')
}

function degreeOf(before: Piece, now: string, varies: boolean): (typeof DEGREES)[number] | undefined {
  if (before.text === now) return 'same'
  if (isRounded(before.text, now)) return 'same but for rounding'
  const mayVary = varies || before.timed
  return mayVary && frameOf(before.text) === frameOf(now) ? 'same but for what varies' : undefined
}

const NUMBER = /\d+(\.\d+)?(e[-+]?\d+)?/gi

function isRounded(before: string, now: string): boolean {
  if (before.replaceAll(NUMBER, '#') !== now.replaceAll(NUMBER, '#')) return false
  const [old, current] = [before, now].map(shown =>
    Array.from(shown.matchAll(NUMBER), ([number]) => Number(number)),
  )
  return old?.every((a, i) => isClose(a, current?.[i] ?? Number.NaN)) === true
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(1e-6, 1e-3 * Math.max(a, b))
}

function piecesOf({ text, data }: Output): Piece[] {
  if (text !== undefined) return linesOf(textOf(text))
  // A bar that shows how far a cell is, and for how long.
  if (data === undefined || data['text/html'] !== undefined) return []
  if (data[VEGA] !== undefined) return [chartPiece(data[VEGA])]
  if (data['text/markdown'] !== undefined) return rowsOf(textOf(data['text/markdown']))
  const picture = data['image/svg+xml']
  if (picture !== undefined) return [{ text: textOf(picture), timed: false }]
  return linesOf(textOf(data['text/plain'] ?? ''))
}

function linesOf(printed: string): Piece[] {
  const lines = printed.split('\n').filter(line => line.trim() !== '')
  return lines.map(line => ({ text: line, timed: speaksOfTime(line) }))
}

/** The heads of a table's columns speak for all its rows. */
function rowsOf(table: string): Piece[] {
  const rows = linesOf(table)
  const head = rows.find(({ text }) => text.startsWith('|'))
  return head?.timed === true ? rows.map(row => ({ ...row, timed: true })) : rows
}

function chartPiece(spec: unknown): Piece {
  return { text: JSON.stringify(spec), timed: speaksOfTime(JSON.stringify(withoutRows(spec))) }
}

const TIME =
  /\b(time|seconds?|minutes?|hours?|ms|faste?r?|slower|throughput|GFlop|from the store)\b|(\d ?|\()(µs|μs|s|min|h)\b/iu

function speaksOfTime(words: string): boolean {
  return TIME.test(words)
}

/** What stays where numbers change: words, titles, and in a chart the marks and axes. */
function frameOf(shown: string): string {
  const words = shown.startsWith('{') ? JSON.stringify(withoutRows(JSON.parse(shown))) : shown
  return words
    .replaceAll(/[-−]?\d[\d.,]*(e[-+]?\d+)?/g, '#')
    .replaceAll(/\b(holds|does not hold|this profile cannot tell)\b/g, '?')
}

/** What follows from a chart's numbers: they, the ends of axes, and on which side of its line a label stands. */
const FOLLOWING = new Set(['values', 'domain', 'align', 'baseline', 'dx', 'dy'])

/** A chart without its data. */
function withoutRows(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(withoutRows)
  if (typeof spec !== 'object' || spec === null) return spec
  return Object.fromEntries(
    Object.entries(spec)
      .filter(([key]) => !FOLLOWING.has(key))
      .map(([key, value]) => [key, withoutRows(value)]),
  )
}

/** The two texts from a little before where they part. */
function firstDifference(before: string, now: string): string {
  let at = 0
  while (at < before.length && before[at] === now[at]) at++
  const around = (shown: string) => shown.slice(Math.max(0, at - 40), at + 60)
  return `showed …${around(before)}…, now …${around(now)}…`
}
