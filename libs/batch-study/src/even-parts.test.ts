import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evenParts } from './even-parts.ts'

test('1001 are three parts, none of them of one entry', () => {
  expect(evenParts(1001, 500)).toEqual([
    [0, 333],
    [333, 334],
    [667, 334],
  ])
})

test('the parts follow one another, cover all, and differ in size by one at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 600 }), (size, most) => {
      const parts = evenParts(size, most)
      let next = 0
      for (const [from, count] of parts) {
        expect(from).toBe(next)
        next += count
      }
      expect(next).toBe(size)
      const counts = parts.map(([, count]) => count)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      expect(Math.max(...counts)).toBeLessThanOrEqual(most)
      expect(parts).toHaveLength(Math.ceil(size / most))
    }),
  )
})
