import { expect, test } from 'vitest'
import { judgedLimits, productsInGradients } from './promises.ts'
import type { PartResult } from './result.ts'
import { measuredCase, rounds, tinyCase } from './test-support.ts'

test('a promise is judged by the ratios within each round, also beside another than the baseline', () => {
  const limits = [
    { runner: 'compiled', of: 'pytorch', ratio: 0.7 },
    { runner: 'compiled', of: 'pytorch-fused', ratio: 1.3 },
    { runner: 'native', of: 'pytorch', ratio: 1 },
  ] as const
  const each = measuredCase(
    { ...tinyCase('step'), limits },
    {
      pytorch: rounds([10], [100], [10]),
      'pytorch-fused': rounds([4], [40], [4]),
      compiled: rounds([6], [60], [8]),
    },
  )
  expect(judgedLimits(each).map(({ measured, isKept }) => [measured.median, isKept])).toEqual([
    [0.6, true],
    [1.5, false],
  ])
})

const part = (...cases: PartResult['cases']): PartResult => ({
  name: 'steps',
  title: '',
  notes: [],
  runners: ['native', 'compiled'],
  cases,
})
const measured = (work: 'gradient' | 'product' | 'point-product', batch: number, ...times: number[]) => {
  const each = rounds(...times.map(time => [time]))
  return measuredCase({ ...tinyCase(work), batch }, { native: each, compiled: each })
}

test('a product is told in gradients of the same network and batch', () => {
  const products = productsInGradients(part(measured('gradient', 5, 3, 2), measured('product', 5, 9, 8)))
  const gradients = { median: 3.5, low: 3.25, high: 3.75 }
  expect(products).toEqual([
    { title: 'tiny product', runner: 'native', gradients, limit: 3.5 },
    { title: 'tiny product', runner: 'compiled', gradients },
  ])
  expect(productsInGradients(part(measured('gradient', 6, 3, 2), measured('product', 5, 9, 8)))).toEqual([])
})

test('one more at the same point is promised to take two, compiled', () => {
  const products = productsInGradients(part(measured('gradient', 5, 2), measured('point-product', 5, 3)))
  expect(products.map(({ limit }) => limit)).toEqual([undefined, 2])
})
