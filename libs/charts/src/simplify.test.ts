import fc from 'fast-check'
import { expect, test } from 'vitest'
import { simplify, simplifyTo } from './simplify.ts'

const place = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }))
const path = fc.array(place, { minLength: 1, maxLength: 60 })

test('points on a straight line go, corners stay', () => {
  const points = [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2]] as const // prettier-ignore
  expect(simplify(points, 0.01)).toEqual([0, 2, 4])
})

test('a path that returns on itself keeps its turn', () => {
  expect(simplify([[0, 0], [5, 0], [0, 0]], 0.1)).toEqual([0, 1, 2]) // prettier-ignore
})

test('every point lies within the tolerance of the line that stays; first and last stay', () => {
  fc.assert(
    fc.property(path, fc.double({ min: 0.1, max: 20, noNaN: true }), (points, tolerance) => {
      const kept = simplify(points, tolerance)
      expect(kept[0]).toBe(0)
      expect(kept.at(-1)).toBe(points.length - 1)
      points.forEach((point, index) => {
        const after = kept.findIndex(at => at >= index)
        const [a, b] = [kept[Math.max(0, after - 1)] ?? 0, kept[after] ?? 0].map(at => points[at])
        if (a && b) expect(distance(point, a, b)).toBeLessThanOrEqual(tolerance + 1e-9)
      })
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('the tolerance grows until few enough stay', () => {
  const zigzag = Array.from({ length: 1000 }, (_, x): [number, number] => [x, x % 2])
  expect(simplify(zigzag, 0.1)).toHaveLength(1000)
  expect(simplifyTo(zigzag, 0.1, 100).length).toBeLessThanOrEqual(100)
})

/** By search, not by formula. */
function distance(
  [x, y]: readonly number[],
  [ax, ay]: readonly number[],
  [bx, by]: readonly number[],
): number {
  const at = (part: number) =>
    Math.hypot(
      (x ?? 0) - (ax ?? 0) - part * ((bx ?? 0) - (ax ?? 0)),
      (y ?? 0) - (ay ?? 0) - part * ((by ?? 0) - (ay ?? 0)),
    )
  let [low, high] = [0, 1]
  for (let step = 0; step < 80; step++) {
    const third = (high - low) / 3
    if (at(low + third) < at(high - third)) high -= third
    else low += third
  }
  return at((low + high) / 2)
}
