import fc from 'fast-check'
import { expect, test } from 'vitest'
import { axisTitle, logDomain, logTicks, placeOn } from './axis.ts'

test.each([
  { values: [1, 60_000], domain: [1, 100_000], ticks: [1, 10, 100, 1000, 10_000, 100_000] },
  { values: [0.7, 3], domain: [0.5, 5], ticks: [0.5, 1, 2, 5] },
  { values: [5], domain: [5, 10], ticks: [5, 10] },
  { values: [3, 4], domain: [2, 5], ticks: [2, 5] },
  { values: [1e-6, 1e9], domain: [1e-6, 1e9], ticks: [1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6, 1e8] },
])('a log axis for $values', ({ values, domain, ticks }) => {
  expect(logDomain(values)).toEqual(domain)
  expect(logTicks(logDomain(values))).toEqual(ticks)
})

test('a log axis encloses its values and has 2 to 8 ticks', () => {
  const positive = fc.double({ min: 1e-100, max: 1e100, noNaN: true })
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1, maxLength: 5 }), values => {
      const [low, high] = logDomain(values)
      const ticks = logTicks([low, high])
      expect(low).toBeLessThanOrEqual(Math.min(...values))
      expect(high).toBeGreaterThanOrEqual(Math.max(...values))
      expect(high).toBeGreaterThan(low)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.length).toBeLessThanOrEqual(8)
      expect(ticks.every(tick => tick >= low && tick <= high)).toBe(true)
    }),
    { seed: 5 },
  )
})

test('places on an axis', () => {
  expect(placeOn({ scale: 'log' }, [1, 10_000], 100)).toBeCloseTo(0.5, 12)
  expect(placeOn({}, [20, 40], 10)).toBe(0.25)
  expect(placeOn({}, [0], 0)).toBe(0)
})

test('a unit stands behind the title', () => {
  expect(axisTitle({ title: 'time', unit: 'ms' })).toBe('time (ms)')
  expect(axisTitle({ title: 'batch size' })).toBe('batch size')
})
