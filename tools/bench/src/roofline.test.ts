import { expect, test } from 'vitest'
import { parametersOf, stepBound, stepBytes, stepFlops } from './roofline.ts'

const SIZES = { kind: 'mlp', inputs: 2, hidden: [3], classes: 4 } as const

test('the operations of a small network, counted by hand', () => {
  // Forward 2·3 + 3·4 products of a multiplication and an addition, backward both layers' weights and one's inputs.
  expect(stepFlops(SIZES, 10)).toBe(10 * 2 * (2 * (6 + 12) + 12) + 2 * 25)
  expect(parametersOf(SIZES)).toBe(9 + 16)
})

test('its bytes', () => {
  expect(stepBytes(SIZES, 10)).toBe(4 * (2 * 25 + 10 * 2 + 2 * 10 * 3))
})

test('the bound is what takes longer, at the faster of the two bandwidths', () => {
  const peak = { threads: 1, flops: 1e3, memory: 1e3, cache: 2e3 }
  expect(stepBound(SIZES, 10, peak)).toBe(1010)
  expect(stepBound(SIZES, 10, { ...peak, flops: 1e6 })).toBe(260)
  expect(stepBound(SIZES, 10, { ...peak, flops: 1e6, memory: 4e3 })).toBe(130)
})
