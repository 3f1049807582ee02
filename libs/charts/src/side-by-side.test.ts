import { expect, test } from 'vitest'
import { jupyterDisplay } from './chart.ts'
import { lineChart } from './line-chart.ts'
import { sideBySide } from './side-by-side.ts'

const named = (title: string, names: readonly string[], points = true) =>
  lineChart({
    title,
    rows: names.map(name => ({ x: 1, y: 2, name })),
    x: { field: 'x', title: 'x' },
    y: { field: 'y', title: 'y' },
    series: { field: 'name', title: 'name' },
    points,
  })

test('shows both in one display, with one schema and one theme', async () => {
  const both = sideBySide(named('left', ['a', 'b']), named('right', ['a', 'b']))
  const bundle = await both[jupyterDisplay]()
  expect(bundle['image/svg+xml'].indexOf('>right<')).toBeGreaterThan(
    bundle['image/svg+xml'].indexOf('>left<'),
  )
  expect(both.spec).toMatchObject({ hconcat: [{ width: 310 }, { width: 310 }] })
  expect(JSON.stringify(both.spec).match(/"\$schema"|"config"/g)).toHaveLength(2)
})

test('the table of the same rows is printed once, different tables both', () => {
  expect(sideBySide(named('a', ['s']), named('b', ['s'])).table).toBe(named('a', ['s']).table)
  expect(sideBySide(named('a', ['s']), named('b', ['t'])).table).toContain('s     1  2\n\nname')
})

test('charts with different series, with and without points, do not disturb each other', async () => {
  const both = sideBySide(named('left', ['a', 'b']), named('right', ['b', 'c'], false))
  await expect(both.svg()).resolves.toContain('>c</text>')
  await expect(sideBySide(both, named('third', ['d'])).svg()).resolves.toContain('>third<')
})
