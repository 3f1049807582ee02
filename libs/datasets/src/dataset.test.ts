import { expect, test } from 'vitest'
import { createSplit } from './dataset.ts'
import type { SplitKind } from './dataset.ts'

const kind: SplitKind = { shape: [1, 2, 3], classes: ['a', 'b'], mean: [0, 0, 0], std: [1, 1, 1] }

test('is frozen, and knows its size', () => {
  const split = createSplit(new Uint8Array(12), Uint8Array.of(0, 1), kind)
  expect(split).toMatchObject({ size: 2, ...kind })
  expect(Object.isFrozen(split)).toBe(true)
})

test('refuses images and labels that do not fit each other', () => {
  expect(() => createSplit(new Uint8Array(13), Uint8Array.of(0, 1), kind)).toThrow(
    '2 labels need 2 images of 1 × 2 × 3 bytes, but there are 13 bytes.',
  )
})

test('refuses a label without a class', () => {
  expect(() => createSplit(new Uint8Array(12), Uint8Array.of(0, 2), kind)).toThrow(
    'Label 2 names none of the 2 classes.',
  )
})
