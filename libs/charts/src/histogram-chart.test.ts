import { expect, test } from 'vitest'
import { histogramChart, type HistogramChart } from './histogram-chart.ts'

const bulk = Array.from({ length: 999 }, (_, index) => Math.sin(index) / 10)
const options = {
  title: 'Spectrum',
  samples: [{ name: 'exact', values: Float64Array.from([...bulk, 10]) }],
  x: { title: 'eigenvalue' },
  bins: 50,
} satisfies HistogramChart
const points = [{ x: -1, y: 0, low: 0, high: 0.01 }, { x: 0, y: 2, low: 1.5, high: 2.5 }, { x: 10, y: 1e-3, low: 0, high: 2e-3 }] // prettier-ignore
const curve = { name: 'estimated', points }

const inside = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`class="mark-${kind} role-mark[^>]*>(.*?)</g>`, 'g'))].map(
    ([, inside = '']) => inside.match(/<path/g)?.length ?? 0,
  )

test('empty bins have no bar, and one sample no legend', async () => {
  const svg = await histogramChart(options).svg()
  expect(inside(svg, 'rect')).toEqual([2])
  expect(svg).not.toContain('role-legend')
  expect(svg).toContain('>count</text>')
})

test('on a log scale a single value has a bar, and all bars begin at the axis', () => {
  expect(histogramChart({ ...options, y: { scale: 'log' } }).spec).toMatchObject({
    layer: [
      {
        data: { values: [{ height: 999, base: 0.5 }, { height: 1, base: 0.5 }] },
        encoding: { y: { scale: { type: 'log', domain: [0.5, 1000] } }, y2: { field: 'base' } },
      },
    ],
  }) // prettier-ignore
})

test('a density is a share per unit of x', () => {
  const { spec } = histogramChart({ ...options, y: { measure: 'density', scale: 'log' } })
  const { layer } = spec as unknown as { layer: [{ data: { values: { height: number }[] } }] }
  expect(layer[0].data.values.map(bar => bar.height * 10.1)).toEqual([
    expect.closeTo(0.999 * 50, 0),
    expect.closeTo(0.001 * 50, 3),
  ])
})

test('a curve with its band lies over the bars; the legend names both; 0 leaves a log plot below', async () => {
  const chart = histogramChart({ ...options, y: { measure: 'density', scale: 'log' }, curves: [curve] })
  const svg = await chart.svg()
  expect([inside(svg, 'area'), inside(svg, 'line')]).toEqual([[1], [1]])
  expect(svg).toContain('>estimated</text>')
  expect(svg).toContain('>exact</text>')
  expect(svg).not.toMatch(/NaN|Infinity/)
})

test('a curve without band has no area', async () => {
  const bare = points.map(({ x, y }) => ({ x, y }))
  const svg = await histogramChart({ ...options, curves: [{ name: 'estimated', points: bare }] }).svg()
  expect([inside(svg, 'area'), inside(svg, 'line')]).toEqual([[], [1]])
})

test('two samples share their bins', () => {
  const samples = [{ name: 'a', values: [0, 1] }, { name: 'b', values: [2] }] // prettier-ignore
  expect(histogramChart({ ...options, samples, bins: 2 }).spec).toMatchObject({
    layer: [{ data: { values: [{ name: 'a', from: 0, to: 1 }, { name: 'a', from: 1, to: 2 }, { name: 'b', from: 1, to: 2 }] } }],
  }) // prettier-ignore
})

test('the axes hold curves and rules, also log ones', async () => {
  const chart = histogramChart({
    ...options,
    samples: [{ name: 'a', values: [1, 10] }],
    x: { title: 'σ', scale: 'log' },
    rules: [{ axis: 'x', value: 700, label: 'edge' }, { axis: 'y', value: 7, label: 'seven' }],
  }) // prettier-ignore
  const { layer } = chart.spec as unknown as { layer: unknown[] }
  expect(layer[0]).toMatchObject({
    encoding: { x: { scale: { domain: [1, 1000] } }, y: { scale: { domain: [0, 7] } } },
  })
  await expect(chart.svg()).resolves.toContain('>edge</text>')
})

test('the table lists the bins that hold a value', () => {
  expect(histogramChart({ ...options, samples: [{ name: 'a', values: [0, 1, 1] }], bins: 4 }).table).toBe(
    'eigenvalue\nfrom    to  count\n   0  0.25      1\n0.75     1      2',
  )
})

const sample = (values: ArrayLike<number>) => ({ samples: [{ name: 'a', values }] })
const onCurve = (changed: object, index = 1) => ({
  curves: [
    { ...curve, points: points.map((point, at) => (at === index ? { ...point, ...changed } : point)) },
  ],
})

test.each<[string, Partial<HistogramChart>, string]>([
  ['no samples', { samples: [] }, 'histogramChart: there are no samples'],
  ['an empty sample', sample([]), "histogramChart: sample 'a' is empty"],
  ['NaN', sample([1, NaN]), "histogramChart: value 1 of sample 'a' is NaN; it must be a finite number"],
  ['zero on a log axis', { ...sample([0]), x: { title: '', scale: 'log' } }, 'value 0 of sample'],
  ['half a bin', { bins: 2.5 }, 'histogramChart: bins is 2.5; it must be a whole number from 1 to 400'],
  ['no bins', { bins: 0 }, 'bins is 0'],
  ['too many bins', { bins: 401 }, 'bins is 401'],
  ['one name twice', { curves: [{ ...curve, name: 'exact' }] }, "'exact' names two samples or curves"],
  [
    'too many names',
    { samples: [1, 2, 3, 4, 5, 6, 7].map(n => ({ name: `${n}`, values: [n] })) },
    '7 different',
  ],
  ['a curve of one point', { curves: [{ name: 'c', points: points.slice(1, 2) }] }, "curve 'c' has 1 points"],
  ['a curve that is not finite', onCurve({ y: Infinity }), "curve 'estimated' has point 1 at (0, Infinity)"],
  ['a band that is not finite', onCurve({ high: NaN }), 'with band 1.5 … NaN'],
  ['a negative density', onCurve({ y: -1, low: -2 }), "curve 'estimated' has the height -1 at point 1"],
  ['a band upside down', onCurve({ low: 3 }), 'a band from 3 to 2.5 at point 1; swap the two'],
  ['a curve out of order', onCurve({ x: 20 }), 'goes from x 20 to 10 at point 2; sort its points by x'],
  [
    'a rule off a log axis',
    { y: { scale: 'log' }, rules: [{ axis: 'y', value: 0, label: 'q' }] },
    "rule 'q' is 0",
  ],
])('refuses %s', (_, wrong, message) => {
  expect(() => histogramChart({ ...options, ...wrong })).toThrow(message)
})
