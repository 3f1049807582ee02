import { expect, test } from 'vitest'
import { copyBandwidth } from './bandwidth.ts'
import { measurePeaks } from './peaks.ts'
import { PYTHON } from './start.ts'

test('each count of threads has its arithmetic and its bandwidths', async () => {
  const peaks = await measurePeaks(['native'], { threads: 2, python: PYTHON })
  expect(peaks.map(({ threads }) => threads)).toEqual([1, 2])
  expect(peaks.flatMap(Object.values).every(value => value > 0 && Number.isFinite(value))).toBe(true)
})

test('without a library that multiplies there is no peak', async () => {
  expect(await measurePeaks(['wasm'], { threads: 1, python: PYTHON })).toEqual([])
})

test('a copy of nothing moves nothing', async () => {
  expect(await copyBandwidth(1, 0)).toBe(0)
})
