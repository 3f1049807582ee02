import { expect, test } from 'vitest'
import { createRate } from './rate.ts'

/** The rate after counts at times. */
function after(...steps: [count: number, time: number][]): number | undefined {
  const rate = createRate()
  for (const [count, time] of steps) rate.see(count, time)
  return rate.perSecond()
}

/** Counts one after another, `pause` milliseconds apart. */
const steady = (from: number, to: number, start: number, pause: number) =>
  Array.from({ length: to - from }, (_, index): [number, number] => [
    from + index + 1,
    start + (index + 1) * pause,
  ])

test('a steady count has its rate, from the second step on', () => {
  expect(after([1, 0])).toBeUndefined()
  expect(after([1, 0], [2, 500])).toBeCloseTo(2, 12)
  expect(after(...steady(0, 1000, 0, 50))).toBeCloseTo(20, 9)
  expect(after(...steady(0, 100, 0, 60_000))).toBeCloseTo(1 / 60, 12)
})

test('steps of several count as several', () => {
  expect(after([10, 0], [30, 1000], [50, 2000])).toBeCloseTo(20, 12)
})

test('the time before the first step does not count', () => {
  expect(after([1, 60_000], [2, 60_100])).toBeCloseTo(10, 12)
})

test('a pause is forgotten after some time', () => {
  const paused = (later: number) =>
    after(...steady(0, 100, 0, 100), ...steady(100, 100 + later, 60_000, 100)) ?? 0
  expect(paused(1)).toBeLessThan(2)
  expect(paused(400)).toBeGreaterThan(9)
})

test('a new speed is found within some ten seconds', () => {
  const rate = after(...steady(0, 1000, 0, 100), ...steady(1000, 1600, 100_000, 50)) ?? 0
  expect(rate).toBeGreaterThan(19)
  expect(rate).toBeLessThanOrEqual(20)
})

test('steps that come in bursts have the rate of the bursts together', () => {
  const bursts = Array.from({ length: 2000 }, (_, index): [number, number] => [
    index + 1,
    1000 * Math.floor(index / 10) + (index % 10),
  ])
  const rate = after(...bursts) ?? 0
  expect(rate).toBeGreaterThan(9)
  expect(rate).toBeLessThan(11)
})

test('nothing is known while nothing moves', () => {
  expect(after([0, 0], [0, 1000])).toBeUndefined()
})

test('steps at nearly one time tell nothing of the speed, and count with the next', () => {
  expect(after([1, 0], [2, 5])).toBeUndefined()
  expect(after([1, 0], [2, 5], [3, 1000])).toBeCloseTo(2, 12)
})
