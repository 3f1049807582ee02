import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unitFilters } from './unit-filters.ts'

const shapes = [[3, 2], [2], [2, 2, 1, 2]]
const vector = fc
  .array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 16, maxLength: 16 })
  .map(values => Float64Array.from(values))

test('every filter that is normalised has length 1 and its direction, the rest stays', () => {
  fc.assert(
    fc.property(vector, theta => {
      const scaled = unitFilters({ theta, shapes, isNormalised: i => i !== 1 })
      for (const [from, to] of [
        [0, 6],
        [8, 16],
      ] as const)
        for (const filter of [0, 1]) {
          const of = (x: Float64Array) => x.subarray(from, to).filter((_, i) => i % 2 === filter)
          expect(Math.hypot(...of(scaled))).toBeCloseTo(1, 10)
          const ratio = (of(scaled)[0] ?? NaN) / (of(theta)[0] ?? NaN)
          of(scaled).forEach((value, i) => {
            expect(value / (of(theta)[i] ?? NaN)).toBeCloseTo(ratio, 10)
          })
        }
      expect(scaled.subarray(6, 8)).toEqual(theta.subarray(6, 8))
    }),
    { seed: 1 },
  )
})

test('once more changes nothing, and what is given is not changed', () => {
  const theta = Float64Array.of(3, 0, 4, 2)
  const once = unitFilters({ theta, shapes: [[2, 2]], isNormalised: () => true })
  expect(unitFilters({ theta: once, shapes: [[2, 2]], isNormalised: () => true })).toEqual(once)
  expect([...theta]).toEqual([3, 0, 4, 2])
})

test('a filter of zeros, and other shapes, are refused', () => {
  const all = { shapes: [[2, 2]], isNormalised: () => true }
  expect(() => unitFilters({ ...all, theta: Float64Array.of(1, 0, 1, 0) })).toThrow(
    'filter 1 of tensor 0 is 0',
  )
  expect(() => unitFilters({ ...all, theta: Float64Array.of(1) })).toThrow('θ has 1 numbers; it must have 4')
})
