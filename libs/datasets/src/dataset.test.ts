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

test('holds features as floats, of more than 256 classes', () => {
  const classes = Array.from({ length: 400 }, (_, i) => String(i))
  const features = createSplit(new Float32Array(6), Uint16Array.of(399), { ...kind, classes })
  expect([...features.labels]).toEqual([399])
  expect(() => createSplit(new Float32Array(5), Uint16Array.of(399), { ...kind, classes })).toThrow(
    '1 labels need 1 images of 1 × 2 × 3 numbers, but there are 5 numbers.',
  )
})

test('refuses a label without a class', () => {
  expect(() => createSplit(new Uint8Array(12), Uint8Array.of(0, 2), kind)).toThrow(
    'Label 2 names none of the 2 classes.',
  )
})
