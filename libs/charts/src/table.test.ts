import { expect, test } from 'vitest'
import { jupyterDisplay } from './chart.ts'
import { table } from './table.ts'

const shown = table([
  { 'batch size': 1, name: 'a|b <i>', ms: 1 / 3 },
  { 'batch size': 64, name: '$x_1$', ms: 2 },
])[jupyterDisplay]()

test('Markdown: one column a field, numbers to 6 digits, everything escaped', () => {
  expect(shown['text/markdown'].split('\n')).toEqual([
    '| batch size | name | ms |',
    '| --- | --- | --- |',
    '| 1 | a\\|b &lt;i&gt; | 0.333333 |',
    '| 64 | \\$x\\_1\\$ | 2 |',
  ])
})

test('plain text says the same', () => {
  expect(shown['text/plain'].split('\n')[1]).toBe('         1  a|b <i>  0.333333')
})

test('no rows are refused', () => {
  expect(() => table([])).toThrow('table: there are no rows')
})
