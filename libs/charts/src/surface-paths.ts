import type { Axonometry } from './axonometry.ts'
import { simplifyTo } from './simplify.ts'
import { cellMiddle, type Placed } from './surface-mesh.ts'

type Place = readonly [number, number]

/**
 * A line on a surface, cut into pieces, each of which is drawn after the faces it lies on: what is behind a hill is hidden.
 *
 * @param points The line's places, −1…1 along each axis; pieces outside are left out.
 * @param heightAt The surface's height, 0…1.
 */
export function pathPieces(
  points: readonly Place[],
  color: string,
  cells: number,
  view: Axonometry,
  heightAt: (place: Place) => number,
): Placed[] {
  const kept = simplifyTo(points, 0.002, 400).map((index): Place => points[index] ?? [0, 0])
  const places = kept.flatMap((place, index) => [...cuts(kept[index - 1] ?? place, place, cells), place])
  const pieces: { depth: number; line: Place[] }[] = []
  places.forEach((to, index) => {
    const from = places[index - 1]
    if (!from) return
    const middle: Place = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]
    if (Math.abs(middle[0]) > 1 || Math.abs(middle[1]) > 1) return
    const depth = nearestFace(middle, cells, view)
    const last = pieces.at(-1)
    if (last?.depth === depth && last.line.at(-1) === from) last.line.push(to)
    else pieces.push({ depth, line: [from, to] })
  })
  return pieces.flatMap(({ depth, line }) => {
    const coordinates = line.map(place => view.pixels([...place, heightAt(place)]))
    const piece = (stroke: string, width: number, nearer: number) => ({
      depth: depth - nearer,
      shape: { geo: { type: 'LineString' as const, coordinates }, fill: 'transparent', stroke, width },
    })
    // A white edge keeps the line apart from a surface of its own colour.
    return [piece('#ffffff', 4.6, 1e-7), piece(color, 3, 2e-7)]
  })
}

/** Where a straight line crosses the lines between cells, in its order; the borders are among them. */
function cuts(from: Place, to: Place, cells: number): Place[] {
  const parts = [0, 1].flatMap(axis => {
    const [start, end] = [from[axis] ?? 0, to[axis] ?? 0]
    return Array.from({ length: cells + 1 }, (_, line) => (2 * line) / cells - 1)
      .map(line => (line - start) / (end - start))
      .filter(part => part > 0 && part < 1)
  })
  return parts
    .toSorted((a, b) => a - b)
    .map(part => [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part])
}

/** The depth of the nearest of the faces that a line's width may touch where they are seen from the side. */
function nearestFace([x, y]: Place, cells: number, view: Axonometry): number {
  const reach = 1.2
  const cell = (place: number) =>
    cellMiddle(Math.min(cells - 1, Math.max(0, Math.floor(((place + 1) / 2) * cells))), cells)
  const steps = [-reach, reach].map(step => (2 * step) / cells)
  return Math.min(...steps.flatMap(dx => steps.map(dy => view.depth(cell(x + dx), cell(y + dy)))))
}
