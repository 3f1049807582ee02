import { expect, test } from 'vitest'
import { createSplit } from './dataset.ts'
import { pixels } from './pixels.ts'

/** Three images of 1 × 2 pixels with two channels. */
const split = createSplit(
  Uint8Array.of(0, 255, 51, 102, 1, 2, 3, 4, 255, 255, 255, 255),
  Uint8Array.of(0, 0, 0),
  {
    shape: [1, 2, 2],
    classes: ['a'],
    mean: [0.5, 0.2],
    std: [0.25, 0.1],
  },
)

test('is (byte / 255 − mean) / std of each channel', () => {
  expect(pixels(split, [0])).toEqual(Float32Array.of(-2, 8, (0.2 - 0.5) / 0.25, (0.4 - 0.2) / 0.1))
})

test('takes images in the order asked for, also twice', () => {
  const [first, , third] = [pixels(split, [0]), pixels(split, [1]), pixels(split, [2])]
  expect(pixels(split, Int32Array.of(2, 0, 2))).toEqual(Float32Array.of(...third, ...first, ...third))
})

test('takes all images by default', () => {
  expect(pixels(split)).toEqual(pixels(split, [0, 1, 2]))
})

test.each([-1, 3, 0.5, NaN])('refuses the index %d', index => {
  expect(() => pixels(split, [0, index])).toThrow(
    `There is no image ${index}: use whole numbers from 0 to 2.`,
  )
})

test('features that are floats are (x − mean) / std', () => {
  const features = createSplit(Float32Array.of(1, 2, 3, 4), Uint16Array.of(300, 0), {
    shape: [1, 1, 2],
    classes: Array.from({ length: 301 }, (_, i) => String(i)),
    mean: [1, 0],
    std: [2, 4],
  })
  expect(pixels(features, [1, 0])).toEqual(Float32Array.of(1, 1, 0, 0.5))
})
