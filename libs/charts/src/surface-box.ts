import type { Axonometry, Point3 } from './axonometry.ts'
import type { Grid, Plane } from './plane.ts'
import type { Shape } from './surface-mesh.ts'
import { ink, plotSize } from './theme.ts'

/** A text beside the box. */
export interface BoxLabel {
  readonly px: number
  readonly py: number
  readonly text: string
  readonly align: 'left' | 'center' | 'right'
  readonly isTitle: boolean
}

/** The floor, the walls behind the surface, and an unseen frame that fits the drawing to the plot. */
export function boxEdges(view: Axonometry): Shape[] {
  const { x, y } = front(view)
  const corners: Point3[] = [[x, y, 0], [-x, y, 0], [-x, -y, 0], [x, -y, 0], [x, y, 0]] // prettier-ignore
  const walls: Point3[] = [[x, -y, 0], [x, -y, 1], [-x, -y, 1], [-x, y, 1], [-x, y, 0]] // prettier-ignore
  const { width, height } = plotSize
  return [
    {
      geo: { type: 'Polygon', coordinates: [[[0, 0], [0, height], [width, height], [width, 0], [0, 0]]] },
      ...{ fill: 'transparent', stroke: 'transparent', width: 0 },
    },
    edge(view, corners, 1),
    edge(view, walls, 0.5),
    edge(view, [[-x, -y, 0], [-x, -y, 1]], 0.5),
  ] // prettier-ignore
}

function edge(view: Axonometry, points: readonly Point3[], width: number): Shape {
  return {
    geo: { type: 'LineString', coordinates: points.map(view.pixels) },
    fill: 'transparent',
    stroke: ink,
    width,
  }
}

/** The sides of the box that are nearer to the eye: −1 or 1 on each axis. */
function front(view: Axonometry): { x: -1 | 1; y: -1 | 1 } {
  return { x: view.depth(1, 0) < 0 ? 1 : -1, y: view.depth(0, 1) < 0 ? 1 : -1 }
}

/** Title and end values along the front edges of the floor, and along the upright edge on the left. */
export function boxLabels({ x, y, valueTitle }: Plane, { values }: Grid, view: Axonometry): BoxLabel[] {
  const near = front(view)
  const ends = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))] as const
  return [
    ...floorLabels(view, x.title, [x.from, x.to], [[-1, near.y, 0], [1, near.y, 0]]),
    ...floorLabels(view, y.title, [y.from, y.to], [[near.x, -1, 0], [near.x, 1, 0]]),
    ...uprightLabels(view, valueTitle, ends),
  ] // prettier-ignore
}

type Edge = readonly [Point3, Point3]

function floorLabels(
  view: Axonometry,
  title: string,
  ends: readonly [number, number],
  edge: Edge,
): BoxLabel[] {
  const [from, to] = [view.pixels(edge[0]), view.pixels(edge[1])]
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] as const
  const centre = view.pixels([0, 0, 0])
  const length = Math.hypot(middle[0] - centre[0], middle[1] - centre[1])
  const out = [(middle[0] - centre[0]) / length, (middle[1] - centre[1]) / length] as const
  const align = Math.abs(out[0]) < 0.35 ? 'center' : out[0] < 0 ? 'right' : 'left'
  const label = (place: number, distance: number, text: string, isTitle: boolean): BoxLabel => ({
    px: from[0] + (to[0] - from[0]) * place + out[0] * distance,
    py: from[1] + (to[1] - from[1]) * place + out[1] * distance,
    text,
    align,
    isTitle,
  })
  const [low, high] = endTexts(ends)
  // Away from the corners, where the labels of two edges would meet.
  return [label(0.07, 10, low, false), label(0.93, 10, high, false), label(0.5, 16, title, true)]
}

/** At the left corner of the box; nothing where it is seen from above. */
function uprightLabels(view: Axonometry, title: string, ends: readonly [number, number]): BoxLabel[] {
  const corners = [-1, 1].flatMap(x => [-1, 1].map((y): Edge => [[x, y, 0], [x, y, 1]])) // prettier-ignore
  const [left] = corners.toSorted((a, b) => view.pixels(a[0])[0] - view.pixels(b[0])[0])
  if (!left) return []
  const [foot, top] = [view.pixels(left[0]), view.pixels(left[1])]
  if (foot[1] - top[1] < 40) return []
  const label = (px: number, py: number, text: string, isTitle: boolean): BoxLabel => ({
    px, py, text, align: 'right', isTitle,
  }) // prettier-ignore
  const [low, high] = endTexts(ends)
  return [
    ...(low === high ? [] : [label(foot[0] - 7, foot[1] - 7, low, false)]),
    label(top[0] - 7, top[1], high, false),
    label(top[0] - 7, (foot[1] + top[1]) / 2, title, true),
  ]
}

/** The ends of an axis, as exact as three digits of its length. */
function endTexts([low, high]: readonly [number, number]): [string, string] {
  const length = high > low ? high - low : Math.abs(low) || 1
  const digits = Math.min(100, Math.max(0, 2 - Math.floor(Math.log10(length))))
  const text = (value: number) => String(Number(value.toFixed(digits)) + 0).replace('-', '−')
  return [text(low), text(high)]
}
