import type { TopLevelSpec } from 'vega-lite'
import { expect, test } from 'vitest'
import { barChart } from './bar-chart.ts'
import { contourChart } from './contour-chart.ts'
import { drawSvg } from './draw.ts'
import { histogramChart } from './histogram-chart.ts'
import { lineChart } from './line-chart.ts'
import { scatterChart } from './scatter-chart.ts'
import { sideBySide } from './side-by-side.ts'
import { surfaceChart } from './surface-chart.ts'
import { translatedSpec } from './translated-spec.ts'

const rows = [
  { size: 1, ms: 2, lower: 1, upper: 3, engine: 'native' },
  { size: 8, ms: 3, lower: 2, upper: 4, engine: 'native' },
  { size: 1, ms: 5, lower: 4, upper: 6, engine: 'wasm' },
  { size: 8, ms: 9, lower: 8, upper: 10, engine: 'wasm' },
]
const heading = { title: 'Time grows', subtitle: 'median of five' }
const x = { field: 'size', title: 'batch size', scale: 'log' as const }
const y = { field: 'ms', title: 'time', unit: 'ms' }
const series = { field: 'engine', title: 'engine' }
const rules = [{ axis: 'x' as const, value: 4, label: 'cores' }]
const plane = {
  ...heading,
  value: (a: number, b: number) => a ** 2 - b ** 2,
  x: { title: 'first weight', from: -1, to: 1 },
  y: { title: 'second weight', from: -1, to: 1 },
  valueTitle: 'loss',
  paths: [{ name: 'descent', points: [[-1, 0], [1, 0.2]] as const }], // prettier-ignore
  marks: [{ label: 'saddle', x: 0, y: 0 }],
}
const fit = { title: 'model', rows }

const line = lineChart({ ...heading, rows, x, y, series, rules, band: { low: 'lower', high: 'upper' } })
const charts = {
  line,
  fitted: lineChart({ ...heading, rows, x, y, series, fit }),
  scatter: scatterChart({ ...heading, rows, x, y, series, fit, rules }),
  bars: barChart({
    ...heading,
    rows: rows.filter(({ size }) => size === 1),
    category: { field: 'size', title: 'batch size' },
    value: y,
    series,
    rule: { value: 4, label: 'budget' },
  }),
  histogram: histogramChart({
    ...heading,
    samples: [{ name: 'native', values: [1, 2, 2] }, { name: 'wasm', values: [3] }], // prettier-ignore
    x: { title: 'time' },
    rules,
  }),
  contours: contourChart(plane),
  surface: surfaceChart(plane),
  'side by side': sideBySide(line, surfaceChart(plane)),
}

/** Each word marked, in letters that are not in the charts. */
const marked = (text: string) => (/[A-Za-z]{2}/.test(text) ? `〔${text}〕` : text)
const font = 'a font, another'

test.each(Object.entries(charts))(
  '%s: all that is read is translated, and nothing else',
  async (_, { spec, svg }) => {
    const asked = new Set<string>()
    const translated = translatedSpec(spec, text => (asked.add(text), marked(text)), font)
    expect(translated.merged).toEqual([])
    const drawn = await drawSvg(translated.spec)
    const texts = [...textsIn(drawn)].filter(text => /[A-Za-z]{2}/.test(text))
    expect(texts.length).toBeGreaterThan(3)
    // A title that is broken into lines has its marks on the first and the last.
    expect(texts.filter(text => !/^〔|〕$/.test(text) && !text.includes('  〔'))).toEqual([])
    // The same picture, but for words and what depends on their width.
    expect(marksIn(drawn)).toEqual(marksIn(await svg()))
    expect(JSON.stringify([...asked])).not.toMatch(/#[0-9a-f]{6}|transparent|Polygon|triangle/)
  },
)

test('words of the data change together: rows, domains, and what a fit is called', () => {
  const text = JSON.stringify(translatedSpec(charts.fitted.spec, marked, font).spec)
  expect(text).not.toMatch(/[^〔]native|[^〔]model/)
  expect(text).toContain('"domain":["〔native〕","〔wasm〕"]')
  expect(text).toContain('"series":"〔wasm〕"')
  expect(text).toContain('"datum":"〔model〕"')
})

test('the heading is broken anew, the font is set, and the original is not touched', () => {
  const before = JSON.stringify(line.spec)
  const long = '面'.repeat(40)
  const { spec } = translatedSpec(line.spec, () => long, font) as {
    spec: { title?: object; config?: object }
  }
  expect(spec.title).toEqual({
    text: ['面'.repeat(24), '面'.repeat(16)],
    subtitle: ['面'.repeat(33), '面'.repeat(7)],
  })
  expect(spec.config).toMatchObject({ font, background: 'transparent' })
  expect(JSON.stringify(line.spec)).toBe(before)
})

test('series that would become one stay apart, and are named', async () => {
  const { spec, merged } = translatedSpec(
    line.spec,
    text => (['native', 'wasm'].includes(text) ? '后端' : marked(text)),
    font,
  )
  expect(merged).toEqual(['native', 'wasm'])
  const drawn = await drawSvg(spec)
  expect(drawn).toContain('>native<')
  expect(drawn).toContain('>wasm<')
})

test('a title with a quote or a backslash does no harm in the expressions that Vega-Lite makes of it', async () => {
  const { spec } = translatedSpec(line.spec, text => (text === 'time (ms)' ? '"; alert("\\' : text), font)
  expect(await drawSvg(spec)).toContain('”; alert(”⧵')
})

const byHand: TopLevelSpec = {
  data: { values: [{ kind: 'slow', size: 1 }, { kind: 'fast', size: 2 }] }, // prettier-ignore
  mark: 'bar',
  encoding: {
    x: { field: 'size', type: 'quantitative' },
    y: { field: 'kind', type: 'nominal', sort: ['slow', 'fast'] },
  },
}

test('a field that is shown without a title is shown by its translated name', async () => {
  const { spec } = translatedSpec(byHand, marked, font)
  const drawn = await drawSvg(spec)
  expect(drawn).toMatch(/>〔size〕<[^]*>〔slow〕<[^]*>〔fast〕<[^]*>〔kind〕</)
})

test('where a spec computes with its data, they stay, and it goes on working', async () => {
  const filtered = { ...byHand, transform: [{ filter: "datum.kind === 'slow'" }] }
  const drawn = await drawSvg(translatedSpec(filtered, marked, font).spec)
  expect(drawn).toContain('>slow<')
  expect(drawn).toContain('>〔kind〕<')
})

function* textsIn(svg: string): Generator<string> {
  for (const [, text = ''] of svg.matchAll(/<text[^>]*>([^<]*)</g)) yield text
}

/** How many shapes of each kind there are. */
function marksIn(svg: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, role = ''] of svg.matchAll(/<g class="(mark-(?!text)\w+ role-mark[^"]*)"/g))
    counts[role] = (counts[role] ?? 0) + 1
  counts['path'] = svg.split('<path').length
  return counts
}
