import fc from 'fast-check'
import { expect, test } from 'vitest'
import { principalPlane } from './principal-plane.ts'

const vectors = (...rows: number[][]) => rows.map(row => Float64Array.from(row))
/** To 12 digits, and 0 for −0. */
const rounded = (x: number) => Number(x.toFixed(12)) + 0
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0)

test('a rectangle parallel to the axes: its sides, the longer first, with their parts of the variance', () => {
  const plane = principalPlane(vectors([0, 0, 5], [2, 0, 5], [0, 1, 5], [2, 1, 5]))
  expect([...plane.origin]).toEqual([1, 0.5, 5])
  const [d1, d2] = plane.directions.map(direction => [...direction])
  expect(d1?.map(rounded)).toEqual([1, 0, 0])
  expect(d2?.map(rounded)).toEqual([0, 1, 0])
  expect(plane.shares[0]).toBeCloseTo(0.8, 12)
  expect(plane.shares[1]).toBeCloseTo(0.2, 12)
  expect(plane.project(Float64Array.from([2, 1, 5])).map(rounded)).toEqual([1, 0.5])
})

const number = fc.double({ min: -10, max: 10, noNaN: true })
/** Points of six dimensions that surely span a plane: beside any others, two that are far out along two axes. */
const cloud = fc
  .array(fc.array(number, { minLength: 6, maxLength: 6 }), { minLength: 2, maxLength: 7 })
  .map(rows => vectors(...rows, [100, 0, 0, 0, 0, 0], [0, 100, 0, 0, 0, 0]))

test('directions are orthonormal, and a point of the plane is its own projection', () => {
  fc.assert(
    fc.property(cloud, number, number, (points, a, b) => {
      const plane = principalPlane(points)
      const [d1, d2] = plane.directions
      expect(Math.abs(dot(d1, d1) - 1)).toBeLessThan(1e-10)
      expect(Math.abs(dot(d2, d2) - 1)).toBeLessThan(1e-10)
      expect(Math.abs(dot(d1, d2))).toBeLessThan(1e-10)
      const [x, y] = plane.project(plane.point(a, b))
      expect(Math.abs(x - a) + Math.abs(y - b)).toBeLessThan(1e-9)
    }),
    { seed: 4 },
  )
})

test('the shares are those of the variance of the projections', () => {
  fc.assert(
    fc.property(cloud, points => {
      const plane = principalPlane(points)
      const projected = points.map(plane.project)
      const squares = points.flatMap(point => [...point].map((x, i) => (x - (plane.origin[i] ?? 0)) ** 2))
      const variance = squares.reduce((a, b) => a + b, 0)
      for (const axis of [0, 1] as const) {
        const along = projected.reduce((sum, each) => sum + each[axis] ** 2, 0)
        expect(Math.abs(along / variance - plane.shares[axis])).toBeLessThan(1e-10)
      }
    }),
    { seed: 5 },
  )
})

test('the last point has coordinates that are not negative', () => {
  const plane = principalPlane(vectors([4, 1], [0, 0], [1, 0], [-7, -2]))
  for (const x of plane.project(Float64Array.from([-7, -2]))) expect(x).toBeGreaterThanOrEqual(0)
})

test.each([
  [vectors([0], [1]), 'principalPlane needs three points or more; got 2'],
  [vectors([0, 1], [1, 1], [3]), 'principalPlane: point 2 has 1 numbers, the first 2'],
  [vectors([0, 0], [1, 1], [3, 3]), 'they span no plane'],
  [vectors([2, 1], [2, 1], [2, 1]), 'they span no plane'],
])('what spans no plane is refused: %j', (points, message) => {
  expect(() => principalPlane(points)).toThrow(RangeError)
  expect(() => principalPlane(points)).toThrow(message)
})

test('a point of another size has no projection', () => {
  const plane = principalPlane(vectors([0, 0], [1, 0], [0, 1]))
  expect(() => plane.project(Float64Array.from([1]))).toThrow('the point has 1 numbers; it must have 2')
})
