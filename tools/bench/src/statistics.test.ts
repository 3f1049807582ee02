import { expect, test } from 'vitest'
import { rounds } from './test-support.ts'
import { median, roundRatios, spread } from './statistics.ts'

test('median and quartiles of known numbers, in any order', () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25 })
  expect(spread([5, 1, 2, 100, 3])).toEqual({ median: 3, low: 2, high: 5 })
  expect(spread([7])).toEqual({ median: 7, low: 7, high: 7 })
})

test('numbers are not sorted as text', () => {
  expect(median([9, 10, 100])).toBe(10)
})

test('no measurements have no median', () => {
  expect(() => median([])).toThrow(new RangeError('there are no measurements to take a median of'))
})

test('ratios are taken within a round, so that a slow round slows both sides', () => {
  // The second round is ten times slower for both: the ratio of the medians over all calls would be 2 / 11.
  const ours = rounds([2, 2, 2], [20, 20], [2])
  const theirs = rounds([1], [10, 10, 12], [4, 4])
  expect(roundRatios(ours, theirs)).toEqual([2, 2, 0.5])
})

test('a round that one side lacks has no ratio', () => {
  expect(roundRatios(rounds([2], undefined, [6], [9]), rounds([1], [1], undefined))).toEqual([2])
})
