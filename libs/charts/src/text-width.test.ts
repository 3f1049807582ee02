import { expect, test } from 'vitest'
import { lineChart } from './line-chart.ts'
import { textWidth } from './text-width.ts'

// Measured in DejaVu Sans at 100 pixels with a browser's canvas.
test.each([
  ['time per update (ms)', 1067],
  ['native, 2 threads', 851],
  ['100,000', 414],
])('the estimate for %s is between the true width and a quarter more', (text, width) => {
  const estimate = textWidth({ fontSize: 100 }, text)
  expect(estimate).toBeGreaterThanOrEqual(width)
  expect(estimate).toBeLessThan(1.25 * width)
})

test('bold text is wider, empty text has no width', () => {
  expect(textWidth({ fontWeight: 'bold' }, 'a')).toBeGreaterThan(textWidth({}, 'a'))
  expect(textWidth({}, undefined)).toBe(0)
})

test('a drawing is hardly wider than its plot, axis and heading', async () => {
  const title = 'A long title that runs over the whole width of a chart and then some more of it'
  const axes = { x: { field: 'x', title: 'x' }, y: { field: 'x', title: 'y' } }
  const svg = await lineChart({ title, subtitle: title, rows: [{ x: 1 }], ...axes }).svg()
  const [, width] = /^<svg[^>]* width="([\d.]+)"/.exec(svg) ?? []
  expect(Number(width)).toBeGreaterThan(480)
  expect(Number(width)).toBeLessThan(560)
})
