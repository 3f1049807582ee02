import { expect, test } from 'vitest'
import { channelStatistics } from './channel-statistics.ts'

test('of floats as they are, of bytes on a scale where 255 is 1', () => {
  expect(channelStatistics(Float32Array.of(1, -4, 3, 4), 2)).toEqual({ mean: [2, 0], std: [1, 4] })
  expect(channelStatistics(Uint8Array.of(0, 255, 255, 255), 2)).toEqual({ mean: [0.5, 1], std: [0.5, 0] })
})

test('a mean that is large beside the deviation costs no digits', () => {
  expect(channelStatistics(Float32Array.of(1e6, 1e6 + 1), 1)).toEqual({ mean: [1e6 + 0.5], std: [0.5] })
})
