import { expect, test } from 'vitest'
import { philox, type Words4 } from './philox.ts'

const PI: readonly number[] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0]

// The lines `philox4x32 10` of `kat_vectors` in Random123, by the authors of the paper.
test.each<[string, readonly number[], Words4]>([
  ['zeros', Array<number>(6).fill(0), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  ['ones', Array<number>(6).fill(0xffffffff), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  ['the digits of π', PI, [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
])('the known answer for %s', (_, [a = 0, b = 0, c = 0, d = 0, k = 0, l = 0], answer) => {
  expect(philox([a, b, c, d], [k, l])).toEqual(answer)
})
