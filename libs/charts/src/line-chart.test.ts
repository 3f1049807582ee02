import fc from 'fast-check'
import { compile } from 'vega-lite'
import { expect, test } from 'vitest'
import { lineChart, type LineChart } from './line-chart.ts'
import type { Cell } from './rows.ts'

const rows = [1, 10, 100, 1000].flatMap(batchSize =>
  ['native', 'wasm'].map(engine => {
    const ms = (engine === 'wasm' ? 3 : 1) + batchSize / 100
    return { engine, batchSize, ms, q1: ms * 0.9, q3: ms * 1.2 }
  }),
)

const options = {
  title: 'Time per update',
  rows,
  x: { field: 'batchSize', title: 'batch size', scale: 'log' },
  y: { field: 'ms', title: 'time per update', unit: 'ms', scale: 'log' },
  series: { field: 'engine', title: 'engine' },
} satisfies LineChart

/** How many marks of a kind there are: `mark-line` is the class Vega gives a group of them. */
const paths = (svg: string, kind: string) =>
  [...svg.matchAll(new RegExp(`class="mark-${kind} role-mark[^>]*>(.*?)</g>`, 'g'))].map(
    ([, inside = '']) => inside.match(/<path|<line|<text/g)?.length ?? 0,
  )

test('one line a series, in its own colour and dash', async () => {
  const svg = await lineChart(options).svg()
  expect(paths(svg, 'line')).toEqual([1, 1])
  expect(svg).toMatch(/stroke="#0d6ddd" stroke-width="2" stroke-dasharray="1,0"/)
  expect(svg).toMatch(/stroke="#cf700d" stroke-width="2" stroke-dasharray="8,3"/)
  expect(paths(svg, 'symbol')).toEqual([])
  expect(paths(svg, 'area')).toEqual([])
})

test('a band is an area for each series, from its low to its high end', async () => {
  const chart = lineChart({ ...options, band: { low: 'q1', high: 'q3' } })
  expect(paths(await chart.svg(), 'area')).toEqual([1, 1])
  expect(chart.spec).toMatchObject({
    layer: [{ mark: 'area', encoding: { y: { field: 'low', stack: null }, y2: { field: 'high' } } }, {}],
  })
})

test.each(['linear', 'log'] as const)('a band beside a %s y stacks nothing', scale => {
  const [x, y] = [
    { ...options.x, scale: 'linear' as const },
    { ...options.y, scale },
  ]
  const chart = lineChart({ ...options, x, y, band: { low: 'q1', high: 'q3' } })
  expect(JSON.stringify(compile(chart.spec).spec)).not.toContain('"stack"')
})

test('points mark every row', async () => {
  const svg = await lineChart({ ...options, points: true }).svg()
  expect(paths(svg, 'line')).toEqual([1, 1])
  expect(paths(svg, 'symbol')).toEqual([rows.length])
})

test('a fit is dashed, named in the legend, and takes the place of the lines', async () => {
  const svg = await lineChart({ ...options, fit: { title: 'a + b·x', rows } }).svg()
  expect(paths(svg, 'line')).toEqual([1, 1])
  expect(paths(svg, 'symbol')).toEqual([rows.length])
  expect(svg.match(/stroke-dasharray="6,4"/g)).toHaveLength(3)
  expect(svg).toContain('>a + b·x</text>')
})

test('many trials at one x may be shown beside a fit', async () => {
  const fit = { title: 'median', rows }
  await expect(lineChart({ ...options, rows: [...rows, ...rows], fit }).svg()).resolves.toContain('<svg')
})

test('rules: labels of two vertical ones stand on different lines, away from each other', async () => {
  const chart = lineChart({
    ...options,
    rules: [
      { axis: 'x', value: 50, label: 'knee' },
      { axis: 'x', value: 90, label: 'other knee' },
      { axis: 'y', value: 2, label: 'budget' },
    ],
  })
  expect(paths(await chart.svg(), 'rule')).toEqual([1, 1, 1])
  expect(chart.spec).toMatchObject({
    layer: [
      {},
      { mark: 'rule', encoding: { x: { datum: 50 } } },
      { mark: { text: 'knee', align: 'right', dy: 3 } },
      { mark: 'rule', encoding: { x: { datum: 90 } } },
      { mark: { text: 'other knee', align: 'left', dy: 19 } },
      { mark: 'rule', encoding: { y: { datum: 2 } } },
      { mark: { text: 'budget', align: 'right', baseline: 'bottom' } },
    ],
  })
})

test('the domain of a log axis holds the rows, the band, the fit and the rules', () => {
  const fitted = [
    { engine: 'native', batchSize: 1, ms: 0.3 },
    { engine: 'native', batchSize: 60_000, ms: 900 },
  ]
  const { spec } = lineChart({
    ...options,
    band: { low: 'q1', high: 'q3' },
    fit: { title: 'fit', rows: fitted },
    rules: [{ axis: 'y', value: 0.02, label: 'clock' }],
  })
  const place = {
    x: { scale: { domain: [1, 100_000] } },
    y: { scale: { type: 'log', domain: [0.02, 1000] } },
  }
  expect(spec).toMatchObject({
    layer: [{ encoding: place }, { encoding: place }, { encoding: place }, {}, {}],
  })
})

test('linear axes start at 0', () => {
  const { spec } = lineChart({ ...options, x: { field: 'batchSize', title: 'batch size' } })
  expect(spec).toMatchObject({ layer: [{ encoding: { x: { scale: { zero: true } } } }] })
})

test('fields may have any name, and series values any type', async () => {
  const odd = { title: 't', x: { field: 'a.b[0]', title: 'x' }, y: { field: '__proto__', title: 'y' } }
  const row = (x: number, y: number) =>
    Object.fromEntries<Cell>([['a.b[0]', x], ['__proto__', y], ['on', x > 1]]) // prettier-ignore
  const svg = await lineChart({
    ...odd,
    series: { field: 'on', title: 'on' },
    rows: [row(1, 2), row(2, 3)],
  }).svg()
  expect(svg).toContain('>false</text>')
})

const [first, ...rest] = rows
const withFirst = (changed: object) => [{ ...first, ...changed }, ...rest] as typeof rows

test.each<[string, Partial<LineChart>, string]>([
  ['no rows', { rows: [] }, 'lineChart: there are no rows; a chart needs at least one'],
  [
    'an unknown field',
    { x: { field: 'batchsize', title: '' } },
    "lineChart: row 0 has no field 'batchsize'; it has 'engine', 'batchSize', 'ms', 'q1', 'q3'",
  ],
  [
    'a row without the field',
    { rows: [...rows, { engine: 'native', batchSize: 5 }] },
    "row 8 has no field 'ms'",
  ],
  [
    'zero on a log axis',
    { rows: withFirst({ ms: 0 }) },
    "row 0: 'ms' is 0; a log axis shows positive numbers only",
  ],
  ['a tiny number on a log axis', { rows: withFirst({ ms: 1e-200 }) }, 'from 1e-100 on; change the unit'],
  ['NaN', { rows: withFirst({ ms: NaN }) }, "row 0: 'ms' is NaN; it must be a finite number"],
  [
    'Infinity',
    { rows: withFirst({ batchSize: Infinity }) },
    "row 0: 'batchSize' is Infinity; it must be a finite",
  ],
  ['null', { rows: withFirst({ ms: null }) }, "row 0: 'ms' is null; it must be a finite number"],
  ['text', { rows: withFirst({ ms: '3' }) }, "row 0: 'ms' is '3'; it must be a finite number"],
  ['a huge number', { rows: withFirst({ ms: 1e200 }) }, 'a chart shows magnitudes up to 1e+100'],
  [
    'a series without a name',
    { rows: withFirst({ engine: null }) },
    "row 0: 'engine' is null; give it a name",
  ],
  [
    'a band upside down',
    { band: { low: 'q3', high: 'q1' } },
    "low end 'q3' 1.212 is above its high end 'q1' 0.909",
  ],
  [
    'a band below zero',
    { rows: withFirst({ q1: -1 }), band: { low: 'q1', high: 'q3' } },
    "row 0: 'q1' is -1",
  ],
  [
    'two points at one x',
    { rows: [...rows, ...rows] },
    "rows 0 and 8 both have 'batchSize' 1 in 'engine' 'native'",
  ],
  [
    'a fit with two points at one x',
    { fit: { title: '', rows: [...rows, ...rows] } },
    'lineChart, fit: rows 0 and 8',
  ],
  [
    'a fit without a field',
    { fit: { title: '', rows: [{ batchSize: 1 }] } },
    "lineChart, fit: row 0 has no field 'engine'",
  ],
  [
    'too many series',
    { series: { field: 'ms', title: '' } },
    "'ms' has 8 different values, but only 6 series",
  ],
  [
    'a rule off a log axis',
    { rules: [{ axis: 'x', value: 0, label: 'origin' }] },
    "rule 'origin' is 0; a log axis",
  ],
])('refuses %s', (_, wrong, message) => {
  expect(() => lineChart({ ...options, ...wrong })).toThrow(message)
})

test('any finite rows become a drawing without NaN or undefined', async () => {
  const number = fc.double({ min: 1e-100, max: 1e100, noNaN: true })
  const scale = fc.constantFrom('linear' as const, 'log' as const)
  const row = fc.record({ x: number, y: number, name: fc.string({ unit: 'grapheme' }) })
  const unique = { minLength: 1, maxLength: 6, selector: ({ x }: { x: number }) => x }
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(row, unique), scale, scale, async (rows, xScale, yScale) => {
      const svg = await lineChart({
        title: 'any',
        rows,
        x: { field: 'x', title: 'x', scale: xScale },
        y: { field: 'y', title: 'y', scale: yScale },
        series: { field: 'name', title: 'name' },
        points: true,
      }).svg()
      // Only what is drawn: a series may well be named NaN.
      expect(svg.replaceAll(/aria-label="[^"]*"|>[^<]*</g, '><')).not.toMatch(/NaN|undefined|Infinity/)
    }),
    { seed: 6, numRuns: 60 },
  )
})
