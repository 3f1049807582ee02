import { expect, test } from 'vitest'
import { diverging, sequential } from './ramp.ts'
import { scatterChart, type ScatterChart } from './scatter-chart.ts'

const rows = [
  { index: 0, loss: 0.1, gradient: 1e-6, least: -2, start: 'random' },
  { index: 0, loss: 0.2, gradient: 1e-4, least: 1, start: 'random' },
  { index: 0.3, loss: 2, gradient: 1e-5, least: 0, start: 'trained' },
]
const options = {
  title: 'Loss against index',
  rows,
  x: { field: 'index', title: 'share of negative eigenvalues' },
  y: { field: 'loss', title: 'loss' },
} satisfies ScatterChart
const series = { field: 'start', title: 'start' }
const color = { field: 'gradient', title: 'gradient norm' }

const symbols = (svg: string) =>
  /class="mark-symbol role-mark[^>]*>(.*?)<\/g>/.exec(svg)?.[1]?.match(/<path/g)?.length ?? 0

test('a point a row, several at one x, and no line', async () => {
  const svg = await scatterChart(options).svg()
  expect(symbols(svg)).toBe(3)
  expect(svg).not.toContain('mark-line')
})

test('series differ by colour and shape', () => {
  expect(scatterChart({ ...options, series }).spec).toMatchObject({
    layer: [
      {
        encoding: {
          color: { field: 'series', scale: { range: ['#0d6ddd', '#cf700d'] } },
          shape: { scale: { range: ['circle', 'square'] } },
        },
      },
    ],
  })
})

test('numbers colour points between the lowest and the highest, with their bar below', async () => {
  const chart = scatterChart({ ...options, color: { ...color, unit: '1/s', scale: 'log' } })
  expect(chart.spec).toMatchObject({
    layer: [
      { encoding: { color: { scale: { type: 'log', domain: [1e-6, 1e-4], range: [...sequential] } } } },
    ],
  })
  const svg = await chart.svg()
  expect(svg).toContain('>gradient norm (1/s)</text>')
  expect(svg).toContain('linearGradient')
  expect(chart.table).toContain('gradient')
})

test('diverging colours are centred at 0', () => {
  const chart = scatterChart({ ...options, color: { field: 'least', title: 'λ', diverging: true } })
  expect(chart.spec).toMatchObject({
    layer: [{ encoding: { color: { scale: { domain: [-2, 2], range: [...diverging] } } } }],
  })
})

test('a fit is a dashed line with its own rows, named in the legend; rules cross the plot', async () => {
  const fit = { title: 'a + b·x', rows: [{ index: 0, loss: 0 }, { index: 0.5, loss: 4 }] } // prettier-ignore
  const svg = await scatterChart({
    ...options,
    color,
    fit,
    rules: [{ axis: 'y', value: 1, label: 'one' }],
  }).svg()
  expect(svg.match(/stroke-dasharray="6,4"/g)).toHaveLength(2)
  expect(svg).toContain('>a + b·x</text>')
  expect(svg).toContain('>one</text>')
})

test('many points are smaller', () => {
  const many = Array.from({ length: 400 }, (_, x) => ({ x, y: x }))
  const spec = (count: number) =>
    scatterChart({
      title: '',
      rows: many.slice(0, count),
      x: { field: 'x', title: '' },
      y: { field: 'y', title: '' },
    }).spec
  expect(spec(400)).toMatchObject({ layer: [{ mark: { size: 22 } }] })
  expect(spec(399)).not.toMatchObject({ layer: [{ mark: { size: 22 } }] })
})

const [first] = rows
test.each<[string, Partial<ScatterChart>, string]>([
  ['no rows', { rows: [] }, 'scatterChart: there are no rows'],
  ['an unknown field', { x: { field: 'indx', title: '' } }, "scatterChart: row 0 has no field 'indx'"],
  ['NaN', { rows: [{ ...first, loss: NaN }] }, "row 0: 'loss' is NaN; it must be a finite number"],
  ['zero on a log axis', { x: { ...options.x, scale: 'log' } }, "row 0: 'index' is 0; a log axis"],
  ['series and color', { series, color }, 'scatterChart: both `series` and `color` are given'],
  ['an unknown colour field', { color: { field: 'g', title: '' } }, "scatterChart: row 0 has no field 'g'"],
  [
    'a colour that is no number',
    { color: { field: 'start', title: '' } },
    "row 0: 'start' is 'random'; it must",
  ],
  [
    'a negative number on a log colour',
    { color: { field: 'least', title: '', scale: 'log' } },
    "row 0: 'least' is -2; a log axis",
  ],
  [
    'a diverging log colour',
    { color: { ...color, scale: 'log', diverging: true } },
    'a diverging colour is centred at 0, which a log scale does not have',
  ],
  [
    'a fit without a field',
    { fit: { title: '', rows: [{ index: 1 }] } },
    'scatterChart, fit: row 0 has no field',
  ],
  [
    'too many series',
    { rows: Array.from({ length: 7 }, (_, start) => ({ ...first, start })), series },
    '7 different',
  ],
  [
    'a rule that is no number',
    { rules: [{ axis: 'x', value: NaN, label: 'q' }] },
    "scatterChart: rule 'q' is NaN",
  ],
])('refuses %s', (_, wrong, message) => {
  expect(() => scatterChart({ ...options, ...wrong })).toThrow(message)
})

test('one colour for all points is drawn too', async () => {
  for (const scale of ['linear', 'log'] as const)
    for (const diverging of scale === 'log' ? [false] : [false, true]) {
      const chart = scatterChart({
        ...options,
        rows: rows.slice(0, 1),
        color: { ...color, scale, diverging },
      })
      expect(await chart.svg()).not.toMatch(/NaN|undefined|Infinity/)
    }
})
