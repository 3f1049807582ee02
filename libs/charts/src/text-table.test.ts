import { expect, test } from 'vitest'
import { textTable } from './text-table.ts'

test('numbers stand right, text left, each on one line', () => {
  const rows = [
    { name: 'native', ms: 1.23456789, on: true },
    { name: 'wasm\nslow', ms: 120, on: null },
  ]
  expect(textTable(rows, ['name', 'ms', 'on'])).toBe(
    'name            ms  on\nnative     1.23457  true\nwasm slow      120',
  )
})

test('shows 20 rows and counts the rest', () => {
  const rows = (length: number) => Array.from({ length }, (_, i) => ({ i }))
  expect(textTable(rows(20), ['i']).split('\n')).toHaveLength(21)
  const lines = textTable(rows(34), ['i']).split('\n')
  expect(lines.slice(-2)).toEqual(['19', '… and 14 more rows'])
})
