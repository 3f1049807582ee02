import fc from 'fast-check'
import { expect, test } from 'vitest'
import { principalPlane } from './principal-plane.ts'

const vectors = (...rows: number[][]) => rows.map(row => Float64Array.from(row))
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0)

test('a rectangle parallel to the axes: its sides, the longer first, with their parts of the variance', () => {
  const plane = principalPlane(vectors([0, 0, 5], [2, 0, 5], [0, 1, 5], [2, 1, 5]))
  expect([...plane.origin]).toEqual([1, 0.5, 5])
  const [d1, d2] = plane.directions.map(direction => [...direction])
  d1?.forEach((x, i) => expect(x).toBeCloseTo(i === 0 ? 1 : 0, 12))
  d2?.forEach((x, i) => expect(x).toBeCloseTo(i === 1 ? 1 : 0, 12))
  expect(plane.shares[0]).toBeCloseTo(0.8, 12)
  expect(plane.shares[1]).toBeCloseTo(0.2, 12)
  expect(plane.project(Float64Array.from([2, 1, 5])).map(x => +x.toFixed(12))).toEqual([1, 0.5])
})

const number = fc.double({ min: -10, max: 10, noNaN: true })
const cloud = fc.array(fc.array(number, { minLength: 6, maxLength: 6 }), { minLength: 4, maxLength: 9 })

test('directions are orthonormal, and no point of the plane is further from its projection than rounding', () => {
  fc.assert(
    fc.property(cloud, number, number, (rows, a, b) => {
      const spread = rows.some(row => Math.abs((row[0] ?? 0) - (rows[0]?.[0] ?? 0)) > 1)
      const other = rows.some(row => Math.abs((row[1] ?? 0) - (rows[0]?.[1] ?? 0)) > 1)
      fc.pre(spread && other)
      let plane
      try {
        plane = principalPlane(vectors(...rows))
      } catch {
        fc.pre(false)
        return
      }
      const [d1, d2] = plane.directions
      // A second direction of small variance is a small difference of large numbers.
      const precision = 1e-12 / Math.sqrt(plane.shares[1])
      for (const [value, wanted] of [[dot(d1, d1), 1], [dot(d2, d2), 1], [dot(d1, d2), 0]] as const) // prettier-ignore
        expect(Math.abs(value - wanted)).toBeLessThan(precision)
      const [x, y] = plane.project(plane.point(a, b))
      expect(Math.abs(x - a) + Math.abs(y - b)).toBeLessThan(100 * precision)
    }),
    { seed: 4 },
  )
})

test('the shares are those of the variance of the projections', () => {
  fc.assert(
    fc.property(cloud, rows => {
      const points = vectors(...rows)
      let plane
      try {
        plane = principalPlane(points)
      } catch {
        fc.pre(false)
        return
      }
      const projected = points.map(plane.project)
      const variance = points.reduce((sum, p) => sum + p.reduce((s, x, i) => s + (x - (plane.origin[i] ?? 0)) ** 2, 0), 0) // prettier-ignore
      for (const axis of [0, 1] as const) {
        const along = projected.reduce((sum, each) => sum + each[axis] ** 2, 0)
        expect(Math.abs(along / variance - plane.shares[axis])).toBeLessThan(1e-9)
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
  expect(() => plane.project(Float64Array.from([1]))).toThrow('the point has 1 numbers, the plane lies among 2')
})
