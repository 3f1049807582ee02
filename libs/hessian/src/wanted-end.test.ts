import { expect, test } from 'vitest'
import { checkWanted, type WantedEnd, wantedPlaces } from './wanted-end.ts'

test.each<[count: number, k: number, which: WantedEnd, places: number[]]>([
  [5, 2, 'largest', [4, 3]],
  [5, 2, 'smallest', [0, 1]],
  [5, 2, 'both ends', [4, 3, 1, 0]],
  [4, 2, 'both ends', [3, 2, 1, 0]],
  // No place stands twice when there are fewer than are wanted.
  [3, 2, 'both ends', [2, 1, 0]],
  [1, 1, 'both ends', [0]],
  [1, 3, 'largest', [0]],
])('of %s values, %s %s', (count, k, which, places) => {
  expect(wantedPlaces(count, k, which)).toEqual(places)
})

test('both ends take twice as many', () => {
  expect(checkWanted(2, 'both ends', 4)).toBe(4)
  expect(checkWanted(2, 'smallest', 4)).toBe(2)
})
