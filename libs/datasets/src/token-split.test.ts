import { expect, test } from 'vitest'
import { createTokenSplit } from './token-split.ts'

const parts = {
  width: 3,
  inputs: Int32Array.of(1, 2, 3, 4, 5, 6),
  labelsPerExample: 2,
  labels: Int32Array.of(0, 1, 1, 0),
  classes: ['a', 'b'],
}

test('counts the examples, and is frozen', () => {
  const split = createTokenSplit(parts)
  expect(split).toEqual({ ...parts, size: 2 })
  expect(Object.isFrozen(split)).toBe(true)
})

test.each([{ labels: Int32Array.of(0, 1, 1) }, { labels: Int32Array.of(0, 1) }, { width: 2 }])(
  'refuses labels and rows that do not fit: %j',
  wrong => {
    expect(() => createTokenSplit({ ...parts, ...wrong })).toThrow(
      /labels, 2 an example, do not fit 6 inputs/,
    )
  },
)

test.each([2, -1])('refuses the label %d, which names no class', label => {
  expect(() => createTokenSplit({ ...parts, labels: Int32Array.of(0, 1, 1, label) })).toThrow(
    `Label ${label} names none of the 2 classes.`,
  )
})
