import { randomStream } from '@flatland/tensor'
import { expect, test } from 'vitest'
import { examples, inputType } from './examples.ts'

const bert = {
  ...({ kind: 'bert', vocabulary: 31, length: 8, predictions: 3 } as const),
  ...{ layers: 1, width: 4, heads: 2, feedForward: 8 },
}
const mlp = { kind: 'mlp', inputs: 50, hidden: [], classes: 3 } as const

test('a sequence is its words, its segments, and the places of the masked ones', () => {
  const { inputs, labels } = examples(bert, 40, randomStream(1))
  const values = Array.from(inputs)
  expect(values).toHaveLength(40 * (8 + 8 + 3))
  const rows = Array.from({ length: 40 }, (_, row) => values.slice(19 * row, 19 * (row + 1)))
  const words = new Set(rows.flatMap(row => row.slice(0, 8)))
  // All words but the special ones: of 320 draws none of 26 is left out but with a chance of 1e-4.
  expect([...words].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 26 }, (_, i) => 5 + i))
  for (const row of rows) expect(row.slice(8)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 2, 5])
  expect(labels).toEqual(Array.from({ length: 40 * 3 }, (_, row) => row % 31))
  expect(inputType(bert)).toBe('int32')
})

test('other networks are given normal numbers, and a class for each example', () => {
  const { inputs, labels } = examples(mlp, 40, randomStream(1))
  const values = Array.from(inputs)
  expect(values).toHaveLength(40 * 50)
  // The mean square of n normal numbers is 1, with a standard error of √(2/n).
  const meanSquare = values.reduce((sum, value) => sum + value ** 2, 0) / values.length
  expect(Math.abs(meanSquare - 1)).toBeLessThan(3 * Math.sqrt(2 / values.length))
  expect(labels).toEqual(Array.from({ length: 40 }, (_, row) => row % 3))
  expect(inputType(mlp)).toBe('float32')
})

test('the same seed gives the same examples', () => {
  expect(examples(bert, 2, randomStream(4))).toEqual(examples(bert, 2, randomStream(4)))
  expect(examples(bert, 2, randomStream(4))).not.toEqual(examples(bert, 2, randomStream(5)))
})
