import { expect, test } from 'vitest'
import { checkTokens } from './bert-tokens.ts'

const masked = { vocabulary: 31, length: 3, predictions: 1 }
const sentence = { vocabulary: 31, length: 3 }

test('rows that fit pass: the last token, both segments, the last position, padding of a sentence', () => {
  for (const [row, sizes] of [
    [[2, 30, 3, 0, 1, 1, 2, 2, 4, 3, 0, 0, 0, 0], masked],
    [[2, 3, 0, 0, 0, 0], sentence],
  ] as const)
    expect(() => {
      checkTokens(Int32Array.from(row), sizes)
    }).not.toThrow()
})

test.each([
  [[2, 31, 3, 0, 0, 0, 1], masked, 'row 0, token 1 is 31; it must be from 0 to 30'],
  [[2, 5, 3, 0, 0, 0, 1, 2, 5, -1, 0, 0, 0, 1], masked, 'row 1, token 2 is -1; it must be from 0 to 30'],
  [[2, 5, 3, 0, 0, 2, 1], masked, 'row 0, segment 2 is 2; it must be from 0 to 1'],
  [[2, 5, 3, 0, 0, 0, 3], masked, 'row 0, position 0 is 3; it must be from 0 to 2'],
  [
    [2, 5, 0, 0, 0, 0, 1],
    masked,
    'row 0, token 2 is 0, which is padding; a masked language model takes full sequences',
  ],
  [[0, 5, 3, 0, 0, 0], sentence, 'row 0, token 0 is 0, which is padding; a sentence must begin with [CLS]'],
  [
    [2, 5, 3, 0, 0, 0, 1, 2],
    masked,
    'got 8 numbers; they must be rows of 7: 3 tokens, 3 segments, 1 positions',
  ],
  [[], sentence, 'got 0 numbers; they must be rows of 6'],
])('%j is refused', (row, sizes, message) => {
  expect(() => {
    checkTokens(Int32Array.from(row), sizes)
  }).toThrow(message)
})
