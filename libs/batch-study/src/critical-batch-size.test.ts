import { expect, test } from 'vitest'
import { criticalBatchSize } from './critical-batch-size.ts'

const stepsAt = (batchSize: number): number => 50 * (1 + 200 / batchSize)

test('finds what made the steps, and at B_crit both are twice their least', () => {
  const sizes = [1, 8, 64, 512, 4096, 32_768]
  const fit = criticalBatchSize(sizes.map(batchSize => ({ batchSize, steps: stepsAt(batchSize) })))
  expect(fit.batchSize).toBeCloseTo(200, 4)
  expect(fit.steps).toBeCloseTo(50, 5)
  expect(fit.examples).toBeCloseTo(10_000, 3)
  expect(fit.residual).toBeLessThan(1e-6)
  expect(fit.stepsAt(200)).toBeCloseTo(2 * fit.steps, 4)
  expect(fit.stepsAt(200) * 200).toBeCloseTo(2 * fit.examples, 2)
})

test('its interval holds B_crit where steps are off by ten per cent, and is in order', () => {
  const points = [4, 32, 256, 2048, 16_384].map((batchSize, i) => ({
    batchSize,
    steps: stepsAt(batchSize) * (i % 2 === 0 ? 1.1 : 0.9),
  }))
  const [lower, upper] = criticalBatchSize(points).interval
  expect(lower).toBeLessThan(200)
  expect(upper).toBeGreaterThan(200)
})

test.each([
  [[1, 2], 'at least 3'],
  [[0, 1, 2], 'a batch size is 0'],
] as const)('batch sizes %j are refused', (sizes, message) => {
  expect(() => criticalBatchSize(sizes.map(batchSize => ({ batchSize, steps: 10 })))).toThrow(message)
})
