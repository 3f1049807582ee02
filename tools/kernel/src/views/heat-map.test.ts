import { expect, test } from 'vitest'
import { heatMap, type HeatMapValue } from './heat-map.ts'

/** The backgrounds of the cells. */
function colours(values: HeatMapValue[]): (string | undefined)[] {
  const map = heatMap({
    caption: '',
    rows: 1,
    columns: values.length,
    at: (_, column) => values[column] ?? NaN,
  })
  const cells = map['text/html'].match(/<td[^>]*>/g) ?? []
  return cells.map(cell => /rgba\(([^)]*)\)/.exec(cell)?.[1])
}

const blue = (opacity: number) => `30, 110, 230, ${opacity}`
const orange = (opacity: number) => `225, 110, 0, ${opacity}`

test('of both signs: from blue through nothing to orange, equal magnitudes equally strong', () => {
  expect(colours([-2, -1, 0, 1])).toEqual([blue(0.55), blue(0.275), orange(0), orange(0.275)])
})

test('of one sign: from nothing to orange', () => {
  expect(colours([10, 11, 12])).toEqual([orange(0), orange(0.275), orange(0.55)])
  expect(colours([-12, -10])).toEqual([orange(0), orange(0.55)])
})

test('what is not finite takes no part; equal values and texts have no colour', () => {
  expect(colours([1, Infinity, NaN, 2])).toEqual([orange(0), undefined, undefined, orange(0.55)])
  expect(colours([3, 3])).toEqual([undefined, undefined])
  expect(colours(['a', 'b'])).toEqual([undefined, undefined])
})

test('truth values and complex numbers are coloured by their size', () => {
  expect(colours([true, false])).toEqual([orange(0.55), orange(0)])
  expect(
    colours([
      { real: 3, imaginary: -4 },
      { real: 0, imaginary: 0 },
    ]),
  ).toEqual([orange(0.55), orange(0)])
})

test('texts are escaped, and cut', () => {
  const { 'text/html': html, 'text/plain': text } = heatMap({
    caption: '<i>',
    rows: 1,
    columns: 2,
    at: (_, column) => (column === 0 ? '<script>&' : 'x'.repeat(100)),
  })
  expect(html).toContain('>&lt;i&gt;</caption>')
  expect(html).toContain('>&quot;&lt;script&gt;&amp;&quot;</td>')
  expect(html).not.toContain('<script')
  expect(text).toContain(`"${'x'.repeat(22)}…`)
})
