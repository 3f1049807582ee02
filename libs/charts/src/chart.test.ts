import { expect, test } from 'vitest'
import { barChart } from './bar-chart.ts'
import { createChart, jupyterDisplay } from './chart.ts'
import { contourChart } from './contour-chart.ts'
import { histogramChart } from './histogram-chart.ts'
import { lineChart } from './line-chart.ts'
import { scatterChart } from './scatter-chart.ts'
import { surfaceChart } from './surface-chart.ts'
import { ink } from './theme.ts'

const rows = [
  { x: 1, y: 2 },
  { x: 2, y: 4 },
]
const axes = { x: { field: 'x', title: 'x' }, y: { field: 'y', title: 'y' } }
const chart = lineChart({ title: 'Twice', subtitle: 'by hand', rows, ...axes })

test('displays as Vega-Lite, SVG and text, and nothing else', async () => {
  const bundle = await chart[jupyterDisplay]()
  expect(Object.keys(bundle)).toEqual(['application/vnd.vegalite.v5+json', 'image/svg+xml', 'text/plain'])
  expect(bundle['application/vnd.vegalite.v5+json']).toBe(chart.spec)
  expect(bundle['image/svg+xml']).toBe(await chart.svg())
  expect(bundle['text/plain']).toBe('Twice\nby hand\n\nx  y\n1  2\n2  4')
  expect(jupyterDisplay).toBe(Symbol.for('Jupyter.display'))
})

test('the spec is plain JSON of Vega-Lite 5', () => {
  expect(JSON.parse(JSON.stringify(chart.spec))).toStrictEqual(chart.spec)
  expect(chart.spec.$schema).toBe('https://vega.github.io/schema/vega-lite/v5.json')
})

test('is frozen through and through, and does not change with the rows it was made from', () => {
  const mine = rows.map(row => ({ ...row }))
  const made = lineChart({ title: 'Twice', subtitle: 'by hand', rows: mine, ...axes })
  for (const row of mine) row.y = 7
  expect(made.spec).toEqual(chart.spec)
  expect(Object.isFrozen(made)).toBe(true)
  const spec = made.spec as { data: { values: { y: number }[] } }
  expect(() => (spec.data.values = [])).toThrow(TypeError)
  expect(() => {
    spec.data.values.forEach(row => (row.y = 7))
  }).toThrow(TypeError)
})

test('text has the colour of the page around it, and of the image where it is one', async () => {
  expect(chart.spec.usermeta).toEqual({ embedOptions: { renderer: 'svg' } })
  const svg = await chart.svg()
  expect(svg).toMatch(new RegExp(`^<svg color="${ink}" `))
  const fills = [...svg.matchAll(/<text [^>]*fill="([^"]*)"/g)].map(([, fill]) => fill)
  expect(new Set(fills)).toEqual(new Set(['currentColor']))
})

test('the same chart gives the same bytes', async () => {
  const again = lineChart({ title: 'Twice', subtitle: 'by hand', rows, ...axes })
  const [first, second, third] = [await chart.svg(), await chart.svg(), await again.svg()]
  expect(second).toBe(first)
  expect(third).toBe(first)
})

const evil = '</text><script>alert("1\\")</script>&amp;\u0001\uD800'

test('text is shown, never read as markup, and control characters do not break the drawing', async () => {
  const options = {
    title: evil,
    subtitle: evil,
    rows: [{ x: 1, y: 2, s: evil }],
    series: { field: 's', title: 's' },
  }
  const rule = { axis: 'x' as const, value: 1, label: evil }
  const svg = await lineChart({
    ...options,
    ...axes,
    fit: { title: `fit ${evil}`, rows: options.rows },
    rules: [rule],
  }).svg()
  expect(svg).not.toContain('<script')
  // Title, subtitle, the series and the fit in the legend, the rule.
  const shown = '&lt;/text&gt;&lt;script&gt;alert("1\\")&lt;/script&gt;&amp;amp;\uFFFD\uFFFD</text>'
  expect(svg.split(shown)).toHaveLength(6)
})

const planeOf = (text: string) => ({
  title: text,
  value: (x: number, y: number) => x + y,
  x: { title: text, from: 0, to: 1 },
  y: { title: text, from: 0, to: 1 },
  valueTitle: text,
  paths: [{ name: text, points: [[0, 0.5], [1, 0.5]] as const }],
  marks: [{ label: text, x: 0.5, y: 0.5 }],
}) // prettier-ignore

test.each([
  // Title, start of the path in the legend, mark and its edge; the surface's three axes.
  ['contour', contourChart(planeOf(evil)), 5],
  ['surface', surfaceChart(planeOf(evil)), 8],
  [
    'histogram',
    histogramChart({ title: evil, samples: [{ name: evil, values: [1, 2] }], x: { title: 'x' }, curves: [{ name: 'c', points: [{ x: 1, y: 1 }, { x: 2, y: 1 }] }] }),
    3,
  ],
])('text on a %s chart is shown, never read as markup', async (_, chart, parts) => {
  const svg = await chart.svg()
  expect(svg).not.toContain('<script')
  expect(svg.split('&lt;/text&gt;&lt;script&gt;alert("1\\")&lt;/script&gt;&amp;amp;\uFFFD\uFFFD</text>')).toHaveLength(parts)
}) // prettier-ignore

test('titles are never read as expressions', async () => {
  const title = 'a " + datum.x + "\\'
  const axis = (field: string) => ({ field, title, unit: title })
  const series = { field: title, title }
  const rows = [{ x: 1, y: 2, [title]: title }]
  const band = { low: 'y', high: 'y' }
  const bars = { category: series, value: axis('x'), series, rule: { value: 1, label: title } }
  for (const { svg } of [
    lineChart({ title, rows, x: axis('x'), y: axis('y'), series, band, points: true }),
    barChart({ title, rows, ...bars }),
    scatterChart({ title, rows, x: axis('x'), y: axis('y'), color: axis('y') }),
    scatterChart({ title, rows, x: axis('x'), y: axis('y'), series }),
    histogramChart({ title, samples: [{ name: title, values: [1, 2] }], x: axis('x') }),
  ])
    expect(await svg()).toContain('>a ” + datum.x + ”⧵ (a ” + datum.x + ”⧵)</text>')
  expect(await contourChart(planeOf(title)).svg()).toContain('>a ” + datum.x + ”⧵</text>')
  expect(await surfaceChart(planeOf(title)).svg()).toContain('>a " + datum.x + "\\</text>')
})

test('the drawing is transparent', async () => {
  expect(await chart.svg()).not.toMatch(/<rect[^>]*fill="(?!none|transparent)/)
})

test.each([
  [
    'a warning',
    { mark: 'bar', encoding: { x: { field: 'a', type: 'nominal' }, shape: { field: 'a', type: 'nominal' } } },
  ],
  ['an error', { mark: 'nonsense' }],
  ['a failing expression', { mark: 'point', transform: [{ calculate: 'nothing(', as: 'b' }] }],
])('a spec that Vega objects to with %s is refused when it is drawn', async (_, wrong) => {
  const body = { data: { values: [{ a: 1 }] }, ...wrong } as Parameters<typeof createChart>[0]
  await expect(createChart(body, '', '').svg()).rejects.toThrow()
})
