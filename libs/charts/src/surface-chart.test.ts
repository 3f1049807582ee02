import { expect, test } from 'vitest'
import { axonometry } from './axonometry.ts'
import { jupyterDisplay } from './chart.ts'
import { sideBySide } from './side-by-side.ts'
import { surfaceChart, type SurfaceChart } from './surface-chart.ts'

const options = {
  title: 'Saddle',
  value: (x, y) => x * x - y * y,
  x: { title: 'w₁', from: -1, to: 1 },
  y: { title: 'w₂', from: -2, to: 2 },
  valueTitle: 'loss',
} satisfies SurfaceChart
const cut = { name: 'the cut', points: [[-1, 0], [1, 0]] } as const // prettier-ignore

interface Shape {
  readonly geo: { readonly type: string; readonly coordinates: readonly unknown[] }
  readonly f: string
  readonly s: string
}
const shapesOf = (changed: Partial<SurfaceChart> = {}) => {
  const { spec } = surfaceChart({ ...options, ...changed })
  return (spec as unknown as { layer: [{ data: { values: Shape[] } }] }).layer[0].data.values
}
const facesOf = (shapes: readonly Shape[]) =>
  shapes.filter(({ geo, f }) => geo.type === 'Polygon' && f !== 'transparent')

test('24 × 24 faces, a box and its labels', async () => {
  const shapes = shapesOf()
  expect(facesOf(shapes)).toHaveLength(576)
  const svg = await surfaceChart(options).svg()
  for (const text of ['w₁', 'w₂', 'loss', '−1', '−2', '2', '−4']) expect(svg).toContain(`>${text}</text>`)
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test('the drawing fits the plot', () => {
  const places = shapesOf({ paths: [cut] }).flatMap(({ geo }) => geo.coordinates.flat(2) as number[])
  expect(Math.min(...places)).toBe(0)
  expect(Math.max(...places)).toBe(480)
})

test('faces are drawn from the back to the front', () => {
  // Of a plane, what is further stands higher.
  const heights = facesOf(shapesOf({ value: () => 1 })).map(({ geo }) => {
    const [[[, first = 0] = []] = []] = geo.coordinates as number[][][]
    return first
  })
  expect(heights.length).toBeGreaterThan(0)
  expect(heights).toEqual(heights.toSorted((a, b) => a - b))
})

test('higher faces are lighter', () => {
  const weights = [0.2126, 0.7152, 0.0722]
  const light = (color: string) =>
    [1, 3, 5].reduce(
      (sum, at, part) => sum + (weights[part] ?? 0) * Number.parseInt(color.slice(at, at + 2), 16),
      0,
    )
  const ramp = facesOf(shapesOf({ value: x => x, view: { azimuth: 0, elevation: 60 } })).slice(0, 24)
  const steps = [0, 8, 16, 23].map(index => light(ramp[index]?.f ?? '#000000'))
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
})

test('a path lies on the surface: its ends are where the surface has them', () => {
  const lines = shapesOf({ paths: [cut] }).filter(({ s }) => s === '#0d6ddd')
  const places = lines.flatMap(({ geo }) => geo.coordinates as [number, number][])
  const view = axonometry({}, { left: 52, right: 428, top: 8, bottom: 268 })
  // The value 1 is five eighths of the way from −4 to 1, and 0 four fifths: the saddle.
  for (const place of [view.pixels([-1, 0, 1]), view.pixels([1, 0, 1]), view.pixels([0, 0, 0.8])])
    expect(Math.min(...places.map(([x, y]) => Math.hypot(x - place[0], y - place[1])))).toBeLessThan(0.2)
})

test('what is behind a hill is drawn before the hill', () => {
  const behind = { name: 'behind', points: [[-1, 0.8], [1, 0.8]] } as const // prettier-ignore
  const shapes = shapesOf({ value: (_, y) => Math.exp(-10 * y * y), paths: [behind], view: { azimuth: 0 } })
  const last = shapes.findLastIndex(({ s }) => s === '#0d6ddd')
  expect(last).toBeGreaterThan(0)
  expect(facesOf(shapes.slice(last)).length).toBeGreaterThan(200)
})

test('pieces outside the axes are left out, and the function is not asked there', () => {
  const value = (x: number) => {
    expect(Math.abs(x)).toBeLessThanOrEqual(1 + 1e-9)
    return x
  }
  const far = { name: 'far', points: [[-3, 0], [3, 0]] } as const // prettier-ignore
  const lines = shapesOf({ value, paths: [far] }).filter(({ s }) => s === '#0d6ddd')
  expect(lines.length).toBeGreaterThan(0)
})

test('paths are named in the legend, marks on the surface', async () => {
  const svg = await surfaceChart({ ...options, paths: [cut], marks: [{ label: 'saddle', x: 0, y: 0 }] }).svg()
  expect(svg).toContain('>the cut</text>')
  expect(svg.match(/>saddle<\/text>/g)).toHaveLength(2)
})

test('from above, the height has no labels', async () => {
  const svg = await surfaceChart({ ...options, view: { elevation: 90 } }).svg()
  expect(svg).toContain('>w₁</text>')
  expect(svg).not.toContain('>loss</text>')
})

test('a plane lies halfway, with one label', async () => {
  const svg = await surfaceChart({ ...options, value: () => 7 }).svg()
  expect(svg.match(/>7<\/text>/g)).toHaveLength(1)
})

test('the whole bundle is below 300 kB, and beside another the drawing keeps its proportions', async () => {
  const chart = surfaceChart({ ...options, paths: [cut] })
  expect(JSON.stringify(await chart[jupyterDisplay]()).length).toBeLessThan(300_000)
  expect(sideBySide(chart, chart).spec).toMatchObject({ hconcat: [{ width: 310, height: 193.75 }, {}] })
})

test.each<[string, Partial<SurfaceChart>, string]>([
  ['an axis of no length', { x: { title: 'w₁', from: 1, to: 1 } }, "surfaceChart: the axis 'w₁' goes from 1 to 1"],
  ['a value that is no number', { value: () => NaN }, 'surfaceChart: the value at (-1, -2) is NaN'],
  [
    'a value that is no number on a path',
    { value: (_, y) => (Math.abs(y - 0.123) < 1e-6 ? NaN : y), paths: [{ name: 'p', points: [[0, 0.123], [0.5, 0.123]] }] },
    'surfaceChart: the value at',
  ],
  ['a mark that is not finite', { marks: [{ label: 'm', x: 0, y: NaN }] }, "surfaceChart: mark 'm' is at (0, NaN)"],
  ['an eye below', { view: { elevation: -5 } }, 'the elevation is -5; it must be from 5 to 90 degrees'],
  ['an eye behind', { view: { elevation: 100 } }, 'the elevation is 100'],
  ['an azimuth that is no number', { view: { azimuth: NaN } }, 'the azimuth is NaN'],
  [
    'too many paths',
    { paths: [1, 2, 3, 4, 5, 6, 7].map(n => ({ name: `${n}`, points: [[0, 0]] as const })) },
    "'paths' has 7 different values",
  ],
])('refuses %s', (_, wrong, message) => {
  expect(() => surfaceChart({ ...options, ...wrong })).toThrow(message)
}) // prettier-ignore
