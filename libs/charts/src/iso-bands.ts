import { contours } from 'd3-contour'
import type { Scale } from './rows.ts'
import { simplify } from './simplify.ts'
import type { Grid } from './plane.ts'

/** Where the function lies between two levels. */
export interface IsoBand {
  /** In the middle between the levels. */
  readonly value: number
  /** Closed lines in units of the grid's cells; holes run the other way round. */
  readonly rings: readonly (readonly (readonly [number, number])[])[]
}

/** The parts of the grid between one level and the next, below the lowest and above the highest. */
export function isoBands(grid: Grid, levels: readonly number[], scale: Scale): IsoBand[] {
  const [low, high] = valueDomain(grid, scale)
  const position =
    scale === 'log' ? (value: number) => Math.log(Math.max(value, low / 10)) : (value: number) => value
  const back = scale === 'log' ? Math.exp : (value: number) => value
  const heights = grid.values.map(position)
  const lines = levels.map(level => isoLines(grid, heights, position(level)))
  const edges = [low, ...levels.map(level => Math.min(high, Math.max(low, level))), high].map(position)
  return [[frame(grid)], ...lines]
    .map((rings, index) => ({
      value: back(((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2),
      rings: [...rings, ...(lines[index] ?? []).map(ring => ring.toReversed())],
    }))
    .filter(({ rings }) => rings.length > 0)
}

/**
 * Lowest and highest value. On a log scale the lowest is at most six powers of ten below the highest: a zero, or a
 * rounding error beside a minimum, would leave no colours for the rest.
 */
export function valueDomain({ values }: Grid, scale: Scale): [number, number] {
  const high = values.reduce((a, b) => Math.max(a, b))
  const low = values.reduce((a, b) => Math.min(a, b))
  return [scale === 'log' ? Math.max(low, high / 1e6) : low, high]
}

/** About `count` levels inside the domain: round numbers, or on a log scale even ratios. */
export function levelsOf([low, high]: readonly [number, number], count: number, scale: Scale): number[] {
  if (high <= low) return []
  if (scale === 'log') {
    const ratio = (high / low) ** (1 / (count + 1))
    // As many digits as tell one level from the next.
    const digits = Math.min(15, 2 + Math.max(0, Math.ceil(-Math.log10(ratio - 1))))
    return Array.from({ length: count }, (_, k) => Number((low * ratio ** (k + 1)).toPrecision(digits)))
  }
  const step = roundStep((high - low) / (count + 1))
  const first = Math.floor(low / step) + 1
  const last = Math.ceil(high / step) - 1
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)),
  )
}

/** 1, 2, 2.5 or 5 times a power of ten: the nearest. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const [digit = 1] = [1, 2, 2.5, 5, 10].toSorted(
    (a, b) => Math.abs(Math.log((a * power) / step)) - Math.abs(Math.log((b * power) / step)),
  )
  return digit * power
}

/** The edges of the part that is at least as high as `level`. */
function isoLines(grid: Grid, heights: number[], level: number): [number, number][][] {
  const { columns, rows } = grid
  const { coordinates } = contours().size([columns, rows]).contour(heights, level)
  // d3-contour puts values in the middle of cells, and lets a line at the border run half a cell outside.
  const inside = (place: number | undefined, count: number) =>
    Math.min(count - 1, Math.max(0, (place ?? 0) - 0.5))
  return coordinates.flat().map(ring => {
    const places = ring.map(([x, y]): [number, number] => [inside(x, columns), inside(y, rows)])
    return simplify(places, tolerance).map(index => places[index] ?? [0, 0])
  })
}

/** In cells; a cell is some five pixels wide. */
const tolerance = 0.04

/** Around everything, the way round that d3-contour's outer lines run. */
function frame({ columns, rows }: Grid): [number, number][] {
  const [right, top] = [columns - 1, rows - 1]
  return [[0, 0], [0, top], [right, top], [right, 0], [0, 0]] // prettier-ignore
}
