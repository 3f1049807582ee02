import { expect, test } from 'vitest'
import { CASES, chooseCases } from './cases.ts'

test('no name means every case', () => {
  expect(chooseCases([])).toBe(CASES)
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
})

test('names choose, in the order of the table', () => {
  expect(chooseCases(['cnn-32', 'mlp-16']).map(({ name }) => name)).toEqual(['mlp-16', 'cnn-32'])
})

test('an unknown name is refused with the list', () => {
  expect(() => chooseCases(['mlp-16', 'mlp-17'])).toThrow(
    new RangeError(
      `'mlp-17' is no case of the benchmark; choose from ${CASES.map(({ name }) => name).join(', ')}`,
    ),
  )
})
