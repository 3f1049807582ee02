import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binned } from './bins.ts'

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)

test('counts by hand', () => {
  const bins = binned([{ name: 'a', values: [0, 1, 1.5, 4] }], 4, 'linear', 'count')
  expect(bins.map(({ from, to, count }) => [from, to, count])).toEqual([[0, 1, 1], [1, 2, 2], [2, 3, 0], [3, 4, 1]]) // prettier-ignore
})

test('on a log scale the bins have one ratio', () => {
  const bins = binned([{ name: 'a', values: [1, 100, 10_000] }], 4, 'log', 'count')
  expect(bins.map(bin => bin.count)).toEqual([1, 0, 1, 1])
  expect(bins.map(bin => bin.to)).toEqual([10, 100, 1000, 10_000])
})

test('equal values, also but for rounding, get bins around them', () => {
  for (const values of [[0], [3, 3], [1, 1 + 1e-15]]) {
    const bins = binned([{ name: 'a', values }], 5, 'linear', 'density')
    expect(total(bins.map(bin => bin.count))).toBe(values.length)
    expect(bins.every(({ from, to, height }) => to > from && Number.isFinite(height))).toBe(true)
  }
})

test('values that nearly agree have bars of a finite height', () => {
  for (const near of [1e-8, 1e-9, 1e-10]) {
    const bins = binned([{ name: 'near', values: [1, 1 + near, 1 + 2 * near] }], 400, 'linear', 'density')
    expect(bins.every(({ from, to, height }) => to > from && Number.isFinite(height))).toBe(true)
  }
})

test('every value is counted once, and the area of a density is 1 for each sample', () => {
  const sample = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 50 })
  const scale = fc.constantFrom('linear' as const, 'log' as const)
  fc.assert(
    fc.property(sample, sample, fc.integer({ min: 1, max: 50 }), scale, (one, two, bins, scale) => {
      const samples = [
        { name: 'one', values: one },
        { name: 'two', values: Float64Array.from(two) },
      ]
      const all = binned(samples, bins, scale, 'density')
      for (const { name, values } of samples) {
        const mine = all.filter(bin => bin.name === name)
        expect(total(mine.map(bin => bin.count))).toBe(values.length)
        expect(total(mine.map(({ from, to, height }) => height * (to - from)))).toBeCloseTo(1, 8)
      }
    }),
    { seed: 2, numRuns: 100 },
  )
})
