import { boxHeight, type Axonometry, type Point3 } from './axonometry.ts'
import type { Grid } from './plane.ts'
import { rampColor, shaded } from './ramp.ts'

type Pixel = [number, number]

/** What is drawn at once: a face of the mesh, or a piece of a path. */
export interface Shape {
  readonly geo:
    | { readonly type: 'Polygon'; readonly coordinates: Pixel[][] }
    | { readonly type: 'LineString'; readonly coordinates: Pixel[] }
  readonly fill: string
  readonly stroke: string
  readonly width: number
}

/** A shape with its distance from the eye. */
export interface Placed {
  readonly depth: number
  readonly shape: Shape
}

/** Heights of the grid's points, 0…1, and how to find one. */
export interface Relief {
  readonly cells: number
  readonly heights: readonly number[]
}

/** The grid's values as heights; a plane lies halfway. */
export function reliefOf({
  values,
  columns,
}: Grid): Relief & { readonly heightOf: (value: number) => number } {
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const heightOf = (value: number) => (high > low ? (value - low) / (high - low) : 0.5)
  return { cells: columns - 1, heights: values.map(heightOf), heightOf }
}

/** The middle of a cell, −1…1. */
export function cellMiddle(cell: number, cells: number): number {
  return (2 * (cell + 0.5)) / cells - 1
}

/** The faces of the mesh, coloured by height and lit from the upper left. */
export function faces({ cells, heights }: Relief, view: Axonometry): Placed[] {
  const point = (column: number, row: number): Point3 => [
    (2 * column) / cells - 1,
    (2 * row) / cells - 1,
    heights[row * (cells + 1) + column] ?? 0,
  ]
  return Array.from({ length: cells * cells }, (_, index) => {
    const [column, row] = [index % cells, Math.floor(index / cells)]
    const corners = [
      point(column, row),
      point(column + 1, row),
      point(column + 1, row + 1),
      point(column, row + 1),
    ] as const
    const height = corners.reduce((sum, corner) => sum + corner[2], 0) / 4
    const color = shaded(rampColor(height), light(corners, view))
    const outline = [...corners, corners[0]].map(view.pixels)
    return {
      depth: view.depth(cellMiddle(column, cells), cellMiddle(row, cells)),
      shape: {
        geo: { type: 'Polygon', coordinates: [outline] },
        fill: color,
        stroke: shaded(color, 0.84),
        width: 0.6,
      },
    }
  })
}

/** How bright a face is, 0.7 … 1.14: by the angle between its normal and the light; its lower side is dark. */
function light([a, b, c, d]: readonly [Point3, Point3, Point3, Point3], view: Axonometry): number {
  const normal = view.turned(cross(minus(c, a), minus(d, b)))
  const length = Math.hypot(...normal)
  const facing = normal.reduce((sum, part, k) => sum + part * (lamp[k] ?? 0), 0) / length
  return 0.7 + 0.44 * Math.max(0, normal[2] > 0 ? -facing : facing)
}

/** To the right, upwards, away: the lamp is on the left, above and before the surface. */
const lamp = [-0.45, 0.68, -0.58]

function minus(a: Point3, b: Point3): Point3 {
  return [a[0] - b[0], a[1] - b[1], (a[2] - b[2]) * boxHeight]
}

function cross(a: Point3, b: Point3): Point3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
