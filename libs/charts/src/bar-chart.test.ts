import { expect, test } from 'vitest'
import { barChart, type BarChart } from './bar-chart.ts'

const rows = [
  { network: 'MLP', engine: 'native', ratio: 0.61999 },
  { network: 'MLP', engine: 'wasm', ratio: 2.5 },
  { network: 'CNN', engine: 'native', ratio: 1.25 },
]

const options = {
  title: 'Against PyTorch',
  rows,
  category: { field: 'network', title: 'network' },
  value: { field: 'ratio', title: 'ratio' },
  series: { field: 'engine', title: 'engine' },
} satisfies BarChart

test('a bar a row, each with its value and its series beside it', async () => {
  const svg = await barChart(options).svg()
  expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(3)
  expect(svg).toContain('>0.62  native</text>')
  expect(svg).toContain('>2.5  wasm</text>')
  expect(svg).not.toContain('role-legend')
})

test('categories keep the order of the rows', async () => {
  const svg = await barChart(options).svg()
  expect(svg.indexOf('>MLP</text>')).toBeGreaterThan(0)
  expect(svg.indexOf('>CNN</text>')).toBeGreaterThan(svg.indexOf('>MLP</text>'))
})

test('bars without series', async () => {
  const svg = await barChart({
    title: 't',
    rows: rows.slice(1),
    category: options.category,
    value: options.value,
  }).svg()
  expect(svg).toContain('>1.25</text>')
})

test('a rule crosses the bars once, with its label', async () => {
  const svg = await barChart({ ...options, rule: { value: 1, label: 'PyTorch' } }).svg()
  expect(svg.match(/class="mark-rule role-mark[^>]*><line[^>]*>(?!<line)/g)).toHaveLength(1)
  expect(svg).toContain('>PyTorch</text>')
})

test.each<[string, Partial<BarChart>, string]>([
  ['no rows', { rows: [] }, 'barChart: there are no rows'],
  ['an unknown field', { value: { field: 'rate', title: '' } }, "barChart: row 0 has no field 'rate'"],
  ['a negative length', { rows: [{ ...rows[0], ratio: -1 }] }, "row 0: 'ratio' is -1; a bar shows numbers"],
  ['a length that is no number', { rows: [{ ...rows[0], ratio: NaN }] }, "row 0: 'ratio' is NaN"],
  [
    'the same bar twice',
    { rows: [...rows, ...rows] },
    "rows 0 and 3 are the same bar: 'network' 'MLP', 'engine' 'native'",
  ],
  ['a rule that is no number', { rule: { value: NaN, label: 'one' } }, "barChart: rule 'one' is NaN"],
  ['a category without a name', { rows: [{ ...rows[0], network: null }] }, "row 0: 'network' is null"],
])('refuses %s', (_, wrong, message) => {
  expect(() => barChart({ ...options, ...wrong })).toThrow(message)
})
