import { expect, test } from 'vitest'
import { idxSplits } from './idx-dataset.ts'

test('refuses another number of files than four', () => {
  const file = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0)
  const kind = { shape: [1, 1, 1], classes: ['a'], mean: [0], std: [1] } as const
  expect(() => idxSplits([file, file, file], kind)).toThrow('four files, not 3')
})
