import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomStream } from './random-stream.ts'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('randomStream', () => {
  test('the same seed gives the same bits, another seed others', () => {
    fc.assert(
      fc.property(seeds, seed => {
        expect(randomStream(seed).normal(9)).toEqual(randomStream(seed).normal(9))
        expect(randomStream(seed).normal(9)).not.toEqual(randomStream((seed + 1) % 2 ** 32).normal(9))
      }),
    )
  })

  test('a fork depends on the seed and the label, not on what was drawn before', () => {
    const stream = randomStream(7)
    const before = stream.fork('a').uniform(4)
    stream.normal(100)
    expect(stream.fork('a').uniform(4)).toEqual(before)
    expect(stream.fork('b').uniform(4)).not.toEqual(before)
  })

  test('the first numbers of neighbouring seeds are uniform and uncorrelated within three standard errors', () => {
    const n = 1000
    const first = Array.from({ length: n }, (_, seed) => (randomStream(seed).uniform(1)[0] ?? NaN) - 0.5)
    const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
    expect(Math.abs(mean(first))).toBeLessThan(3 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(mean(first.map(x => x * x)) - 1 / 12)).toBeLessThan(3 * Math.sqrt(1 / 180 / n))
    const products = first.slice(1).map((x, i) => 12 * x * (first[i] ?? NaN))
    expect(Math.abs(mean(products))).toBeLessThan(3 / Math.sqrt(n - 1))
  })

  test('a fork of a fork is a stream of its own', () => {
    const stream = randomStream(7)
    expect(stream.fork('a').fork('b').uniform(4)).not.toEqual(stream.fork('b').uniform(4))
    expect(stream.fork('a').fork('b').uniform(4)).not.toEqual(stream.fork('b').fork('a').uniform(4))
    expect(stream.fork('a').fork('b').uniform(4)).not.toEqual(randomStream(8).fork('a').fork('b').uniform(4))
  })

  test('normal samples have mean 0, variance 1 and kurtosis 3 within three standard errors', () => {
    const n = 100_001
    const x = randomStream(1).normal(n)
    const moment = (power: number): number => x.reduce((sum, value) => sum + value ** power, 0) / n
    expect(Math.abs(moment(1))).toBeLessThan(3 / Math.sqrt(n))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(3 * Math.sqrt(2 / n))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(3 * Math.sqrt(96 / n))
  })

  test('uniform samples lie in [0, 1) with mean ½ and variance 1/12', () => {
    const n = 100_000
    const x = randomStream(2).uniform(n)
    const mean = x.reduce((sum, value) => sum + value, 0) / n
    const variance = x.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / n
    expect(x.every(value => value >= 0 && value < 1)).toBe(true)
    expect(Math.abs(mean - 0.5)).toBeLessThan(3 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(3 * Math.sqrt(1 / 180 / n))
  })

  test.each([-1, 0.5, 2 ** 32, NaN])('seed %s is refused', seed => {
    expect(() => randomStream(seed)).toThrow(`seed is ${seed}; it must be an integer from 0 to 4294967295`)
  })
})
