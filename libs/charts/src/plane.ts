import { whyNotOn } from './rows.ts'

/** An axis of a function's domain. */
export interface PlaneAxis {
  readonly title: string
  readonly from: number
  readonly to: number
}

/** A line through points of the plane, each `[x, y]`, in their order: a trajectory, or a cut. */
export interface Path {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

/** A labelled point of the plane. */
export interface Mark {
  readonly label: string
  readonly x: number
  readonly y: number
}

/** A function of two numbers over a rectangle, and what is drawn on it. */
export interface Plane {
  /** Is asked once for each point of a grid; must be finite there. */
  readonly value: (x: number, y: number) => number
  readonly x: PlaneAxis
  readonly y: PlaneAxis
  /** What the function is: 'loss'. */
  readonly valueTitle: string
  /** Default: none. */
  readonly paths?: readonly Path[]
  /** Default: none. */
  readonly marks?: readonly Mark[]
}

/** The function's values on a grid: row by row, from `y.from` on, each from `x.from` on. */
export interface Grid {
  readonly columns: number
  readonly rows: number
  readonly values: readonly number[]
}

/** The number that lies `place`, 0…1, of the way along an axis. */
export function along({ from, to }: PlaneAxis, place: number): number {
  // Not from + place · (to − from): its end would not be `to`.
  return from * (1 - place) + to * place
}

/** Throws unless the axes have a length, and paths and marks are finite and have names of their own. */
export function checkPlane(caller: string, { x, y, paths = [], marks = [] }: Plane): void {
  for (const { title, from, to } of [x, y])
    if (!(isShown(from) && isShown(to) && from < to))
      throw new Error(
        `${caller}: the axis '${title}' goes from ${from} to ${to}; give it two finite numbers, the lower one first`,
      )
  const names = paths.map(path => path.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new Error(`${caller}: two paths are named '${twice}'; give each a name of its own`)
  for (const { name, points } of paths) {
    if (points.length === 0) throw new Error(`${caller}: path '${name}' has no points; leave it out`)
    points.forEach(([x, y], index) => {
      if (isShown(x) && isShown(y)) return
      throw new Error(
        `${caller}: point ${index} of path '${name}' is (${x}, ${y}); it must be finite and at most 1e100, end the path before it`,
      )
    })
  }
  for (const { label, x, y } of marks)
    if (!isShown(x) || !isShown(y))
      throw new Error(
        `${caller}: mark '${label}' is at (${x}, ${y}); it must be finite and at most 1e100, leave it out`,
      )
}

/**
 * A path that runs away ends at the first point that is more than ten axis lengths outside: its later points would
 * only cost digits.
 */
export function untilLost({ x, y }: Plane, { name, points }: Path): Path {
  const isLost = ({ from, to }: PlaneAxis, value: number) =>
    value < from - 10 * (to - from) || value > to + 10 * (to - from)
  const lost = points.findIndex(([px, py]) => isLost(x, px) || isLost(y, py))
  return lost < 0 ? { name, points } : { name, points: points.slice(0, lost + 1) }
}

/** The function at `columns` × `rows` points, the axes' ends among them; throws where it is not finite. */
export function gridOf(caller: string, plane: Plane, columns: number, rows: number): Grid {
  const values: number[] = []
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      values.push(
        valueAt(caller, plane, along(plane.x, column / (columns - 1)), along(plane.y, row / (rows - 1))),
      )
  return { columns, rows, values }
}

/** The function at one point; throws where it is not finite. */
export function valueAt(caller: string, { value }: Plane, x: number, y: number): number {
  const result = value(x, y)
  if (isShown(result)) return result
  throw new Error(
    `${caller}: the value at (${x}, ${y}) is ${String(result)}; it must be a finite number of at most 1e100, choose axes on which it is one`,
  )
}

/** Beyond it, numbers overflow where an axis or a colour is worked out. */
function isShown(value: number): boolean {
  return whyNotOn('linear', value) === undefined
}

/** The function as plain text: 5 × 5 of the grid's values, where each path begins and ends, and the marks. */
export function planeTable({ x, y, valueTitle, paths = [], marks = [] }: Plane, grid: Grid): string {
  const short = (number: number) => String(Number(number.toPrecision(4)))
  const fifth = (count: number) => [0, 1, 2, 3, 4].map(part => Math.round((part / 4) * (count - 1)))
  const columns = fifth(grid.columns)
  const head = columns.map(column => short(along(x, column / (grid.columns - 1))))
  const corner = `${y.title} \\ ${x.title}`
  const rows = fifth(grid.rows).map(row => [
    short(along(y, row / (grid.rows - 1))),
    ...columns.map(column => short(grid.values[row * grid.columns + column] ?? 0)),
  ])
  const point = ([px, py]: readonly [number, number]) => `(${short(px)}, ${short(py)})`
  const ends = paths.map(({ name, points }) => {
    return `${name}: ${points.length} points from ${point(points[0] ?? [0, 0])} to ${point(points.at(-1) ?? [0, 0])}`
  })
  const marked = marks.map(mark => `${mark.label}: ${point([mark.x, mark.y])}`)
  return [`${valueTitle} at`, alignedText([[corner, ...head], ...rows]), ...ends, ...marked].join('\n')
}

/** Columns of numbers, aligned at the right. */
function alignedText(lines: readonly (readonly string[])[]): string {
  const [first = []] = lines
  const widths = first.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  return lines
    .map(line => line.map((text, column) => text.padStart(widths[column] ?? 0)).join('  '))
    .join('\n')
}
