import type { Plane, PlaneAxis } from './plane.ts'
import { checkFields, rowReader, type Rows } from './rows.ts'

/** Which fields of the rows are what, and what they are called in the chart. */
export interface GridFields {
  readonly x: { readonly field: string; readonly title: string }
  readonly y: { readonly field: string; readonly title: string }
  readonly value: { readonly field: string; readonly title: string }
}

/**
 * What was measured on a grid, as a function that `contourChart` and `surfaceChart` can draw: between four points of the grid it
 * is interpolated in both directions (bilinear). The axes end where the grid does.
 *
 * @param rows one for each point of the grid, in any order: each x with each y, once. Values that are missing (`null`, or not
 *   finite) count as the largest of those that are there, so that a cliff shows as a plateau
 * @throws Error when the grid has gaps, fewer than two points on an axis, or no value at all
 *
 * @example
 * const plane = gridFunction(
 *   [{ a: 0, b: 0, loss: 1 }, { a: 2, b: 0, loss: 3 }, { a: 0, b: 1, loss: 5 }, { a: 2, b: 1, loss: 7 }],
 *   { x: { field: 'a', title: 'a' }, y: { field: 'b', title: 'b' }, value: { field: 'loss', title: 'loss' } },
 * )
 * plane.value(1, 0.5) // 4
 * plane.x // { title: 'a', from: 0, to: 2 }
 */
export function gridFunction(rows: Rows, { x, y, value }: GridFields): Plane {
  checkFields('gridFunction', rows, [x.field, y.field, value.field])
  const [xs, ys] = [sortedOf(rows, x.field), sortedOf(rows, y.field)]
  if (xs.length < 2 || ys.length < 2 || rows.length !== xs.length * ys.length) {
    throw new Error(
      `gridFunction: ${rows.length} rows have ${xs.length} values of '${x.field}' and ${ys.length} of '${y.field}'; ` +
        'give one row for each pair of them, of two or more each',
    )
  }
  const values = new Float64Array(rows.length).fill(NaN)
  const seen = new Set<number>()
  for (const row of rows) {
    const place = ys.indexOf(Number(row[y.field])) * xs.length + xs.indexOf(Number(row[x.field]))
    seen.add(place)
    const given = row[value.field]
    if (typeof given === 'number') values[place] = given
  }
  if (seen.size < rows.length)
    throw new Error('gridFunction: two rows are of one point of the grid; give each once')
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) throw new Error(`gridFunction: no row has a finite '${value.field}'`)
  const largest = finite.reduce((a, b) => Math.max(a, b))
  const at = (i: number, j: number): number => {
    const found = values[j * xs.length + i] ?? NaN
    return Number.isFinite(found) ? found : largest
  }
  return {
    value: (toX, toY) => {
      const [i, s] = placeIn(xs, toX)
      const [j, t] = placeIn(ys, toY)
      const lower = at(i, j) * (1 - s) + at(i + 1, j) * s
      const upper = at(i, j + 1) * (1 - s) + at(i + 1, j + 1) * s
      return lower * (1 - t) + upper * t
    },
    x: axisOf(xs, x.title),
    y: axisOf(ys, y.title),
    valueTitle: value.title,
  }
}

function sortedOf(rows: Rows, field: string): number[] {
  const values = rows.map((row, index) => rowReader('gridFunction', row, index).number(field, 'linear'))
  return [...new Set(values)].sort((a, b) => a - b)
}

function axisOf(values: readonly number[], title: string): PlaneAxis {
  return { title, from: values[0] ?? NaN, to: values.at(-1) ?? NaN }
}

/** The interval of the grid, and how far along it, 0…1, a number lies. */
function placeIn(values: readonly number[], x: number): readonly [index: number, share: number] {
  const next = values.findIndex((value, i) => i > 0 && x <= value)
  const index = (next < 0 ? values.length - 1 : next) - 1
  const [from, to] = [values[index] ?? NaN, values[index + 1] ?? NaN]
  return [index, Math.min(1, Math.max(0, (x - from) / (to - from)))]
}
