import { expect, test } from 'vitest'
import { contourChart, type ContourChart } from './contour-chart.ts'

const options = {
  title: 'Bowl',
  value: (x, y) => x * x + y * y,
  x: { title: 'w₁', from: -1, to: 1 },
  y: { title: 'w₂', from: -2, to: 2 },
  valueTitle: 'loss',
  levels: [1, 2],
} satisfies ContourChart

interface Layer {
  readonly mark: { readonly type: string; readonly shape?: string; readonly filled?: boolean }
  readonly data: { readonly values: readonly Record<string, number | string | null>[] }
}
const layersOf = (changed: Partial<ContourChart> = {}) =>
  (contourChart({ ...options, ...changed }).spec as unknown as { layer: Layer[] }).layer
const lineOf = (layers: readonly Layer[]) =>
  layers.find(({ mark }) => mark.type === 'line' && mark.filled === undefined)?.data.values ?? []
const headOf = (layers: readonly Layer[]) =>
  layers.find(({ mark }) => mark.shape === 'triangle')?.data.values ?? []

test('a filled line with breaks for each band', async () => {
  const [bands] = layersOf()
  expect(new Set(bands?.data.values.map(row => row['v']))).toEqual(new Set([0.5, 1.5, 3.5]))
  const svg = await contourChart(options).svg()
  expect(svg.match(/class="mark-line/g)).toHaveLength(3)
  expect(svg).toContain('>loss</text>')
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test('the line of a level is where the function has it', () => {
  const [bands] = layersOf({ resolution: 41 })
  const inner =
    bands?.data.values.filter(
      row => row['v'] === 0.5 && row['x'] !== null && Math.abs(Number(row['y'])) < 2,
    ) ?? []
  expect(inner.length).toBeGreaterThan(20)
  for (const { x, y } of inner) expect(Math.hypot(Number(x), Number(y))).toBeCloseTo(1, 1)
})

test('the function is asked once at each point of the grid, the ends among them', () => {
  const asked = new Set<string>()
  let times = 0
  const value = (x: number, y: number) => {
    times++
    asked.add(`${x} ${y}`)
    return x
  }
  contourChart({ ...options, value, resolution: 21 })
  expect([times, asked.size]).toEqual([441, 441])
  expect(asked).toContain('-1 -2')
  expect(asked).toContain('1 2')
})

test('a path has a ring, dots, and a head that points where it goes', () => {
  const layers = layersOf({
    paths: [{ name: 'down', points: [[0, 1], [0, -1]] }, { name: 'right', points: [[-1, 0], [1, 0]] }], // prettier-ignore
  })
  expect(headOf(layers)).toEqual([
    { x: 0, y: -1, series: 'down', angle: 180 },
    { x: 1, y: 0, series: 'right', angle: 90 },
  ])
  expect(lineOf(layers).map(({ x, y }) => [x, y])).toEqual([[0, 1], [0, -1], [-1, 0], [1, 0]]) // prettier-ignore
  expect(layers).toHaveLength(5)
})

test('a path that stays where it is has no head', () => {
  expect(headOf(layersOf({ paths: [{ name: 'still', points: [[0, 0], [0, 0]] }] }))).toEqual([]) // prettier-ignore
})

test('a path of thousands of points is thinned, keeps its ends and has no dots', () => {
  const points = Array.from({ length: 20_000 }, (_, step): [number, number] => [
    Math.sin(step * 1.7) * (1 - step / 20_000),
    Math.cos(step * 2.3),
  ])
  const layers = layersOf({ paths: [{ name: 'long', points }] })
  const line = lineOf(layers)
  expect(line.length).toBeLessThanOrEqual(1500)
  expect(line[0]).toMatchObject({ x: 0, y: 1 })
  expect(layers.some(({ data }) => data.values.length > 1500 && 'series' in (data.values[0] ?? {}))).toBe(
    false,
  )
})

test('a path is drawn up to the border: no ring, dot or head outside', () => {
  const layers = layersOf({ paths: [{ name: 'out', points: [[0, 0], [0.5, 0], [5, 0]] }] }) // prettier-ignore
  expect(layers.slice(2).map(({ data }) => data.values.map(row => row['x']))).toEqual([[0, 0.5], [0]]) // prettier-ignore
  expect(lineOf(layers)).toHaveLength(2)
})

test('a path that runs away ends where it is lost', () => {
  const points = Array.from({ length: 600 }, (_, step): [number, number] => [
    0.01 * (-1.5) ** Math.min(step, 500),
    0,
  ])
  const line = lineOf(layersOf({ paths: [{ name: 'wild', points }] }))
  expect(Math.abs(Number(line.at(-1)?.['x']))).toBeGreaterThan(21)
  expect(Math.abs(Number(line.at(-1)?.['x']))).toBeLessThan(40)
})

test('a straight path loses the points that nobody sees', () => {
  const points = Array.from({ length: 5000 }, (_, step): [number, number] => [step / 5000, 0])
  expect(lineOf(layersOf({ paths: [{ name: 'straight', points }] }))).toHaveLength(2)
})

test('marks carry their label', async () => {
  const svg = await contourChart({ ...options, marks: [{ label: 'minimum', x: 0, y: 0 }] }).svg()
  // With its dark edge behind it.
  expect(svg.match(/>minimum<\/text>/g)).toHaveLength(2)
})

test('on a log scale a zero lies below every level', async () => {
  const chart = contourChart({ ...options, scale: 'log', levels: 5 })
  const svg = await chart.svg()
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  expect(svg.match(/class="mark-line/g)?.length).toBeGreaterThan(3)
})

test('a constant is drawn in one colour', async () => {
  await expect(contourChart({ ...options, value: () => 3, levels: 12 }).svg()).resolves.toContain('mark-line')
})

test('the table has 5 × 5 values, paths and marks', () => {
  const { table } = contourChart({
    ...options,
    paths: [{ name: 'way', points: [[0, 1], [0, 0]] }],
    marks: [{ label: 'minimum', x: 0, y: 0 }],
  }) // prettier-ignore
  expect(table.split('\n')).toEqual([
    'loss at',
    'w₂ \\ w₁  -1  -0.5  0   0.5  1',
    '     -2   5  4.25  4  4.25  5',
    '     -1   2  1.25  1  1.25  2',
    '      0   1  0.25  0  0.25  1',
    '      1   2  1.25  1  1.25  2',
    '      2   5  4.25  4  4.25  5',
    'way: 2 points from (0, 1) to (0, 0)',
    'minimum: (0, 0)',
  ])
})

const path = (...points: [number, number][]) => ({ name: 'p', points })
test.each<[string, Partial<ContourChart>, string]>([
  [
    'an axis backwards',
    { x: { title: 'w₁', from: 1, to: -1 } },
    "contourChart: the axis 'w₁' goes from 1 to -1",
  ],
  ['an endless axis', { y: { title: 'w₂', from: 0, to: Infinity } }, "the axis 'w₂' goes from 0 to Infinity"],
  [
    'a value that is no number',
    { value: x => Math.log(x) },
    'the value at (-1, -2) is NaN; it must be a finite',
  ],
  [
    'a negative value with log',
    { value: x => x, scale: 'log' },
    'the value at (-1, -2) is -1; a log scale has no',
  ],
  ['nothing but 0 with log', { value: () => 0, scale: 'log' }, 'the value is 0 everywhere'],
  ['a path that is not finite', { paths: [path([0, 0], [NaN, 1])] }, "point 1 of path 'p' is (NaN, 1)"],
  ['a path beyond all numbers', { paths: [path([1e200, 0])] }, "point 0 of path 'p' is (1e+200, 0)"],
  ['an empty path', { paths: [path()] }, "path 'p' has no points"],
  ['one name for two paths', { paths: [path([0, 0]), path([1, 1])] }, "two paths are named 'p'"],
  [
    'too many paths',
    { paths: [1, 2, 3, 4, 5, 6, 7].map(n => ({ name: `${n}`, points: [[0, 0]] as const })) },
    "'paths' has 7 different values",
  ],
  ['a mark that is not finite', { marks: [{ label: 'm', x: NaN, y: 0 }] }, "mark 'm' is at (NaN, 0)"],
  ['no levels', { levels: 0 }, 'contourChart: levels is 0; it must be a whole number from 1 to 40'],
  ['levels out of order', { levels: [2, 1] }, 'contourChart: level 1 is 1; levels must be finite, ascending'],
  ['a level of 0 with log', { levels: [0, 1], scale: 'log' }, 'level 0 is 0'],
  [
    'a coarse grid',
    { resolution: 4 },
    'contourChart: resolution is 4; it must be a whole number from 5 to 401',
  ],
  ['a huge grid', { resolution: 402 }, 'resolution is 402'],
])('refuses %s', (_, wrong, message) => {
  expect(() => contourChart({ ...options, ...wrong })).toThrow(message)
})
