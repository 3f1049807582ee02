import { expect, test } from 'vitest'
import { parseIdx } from './idx.ts'

const twoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]

test('reads shape and data', () => {
  const { shape, data } = parseIdx(Uint8Array.from(twoByThree))
  expect(shape).toEqual([2, 3])
  expect(data).toEqual(Uint8Array.from([1, 2, 3, 4, 5, 255]))
})

test('reads a part of a buffer, and gives a plain array of bytes', () => {
  const { data } = parseIdx(Buffer.from([9, ...twoByThree, 9]).subarray(1, -1))
  expect(data).toEqual(Uint8Array.from([1, 2, 3, 4, 5, 255]))
  expect(data).not.toBeInstanceOf(Buffer)
})

test('reads dimensions as unsigned big-endian numbers', () => {
  expect(parseIdx(Uint8Array.from([0, 0, 8, 1, 0, 0, 1, 2, ...Array<number>(258).fill(7)])).shape).toEqual([
    258,
  ])
})

test.each([
  ['nothing', [], 'begins with nothing'],
  [
    'another type of elements',
    [0, 0, 0x0d, 1, 0, 0, 0, 0],
    'should begin with 00 00 08, but begins with 00 00 0d',
  ],
  ['a gzip file', [0x1f, 0x8b, 8, 8], 'begins with 1f 8b 08'],
  ['half a header', twoByThree.slice(0, 9), 'An IDX header of 12 bytes is cut at 9'],
  [
    'too few bytes',
    twoByThree.slice(0, -1),
    'An IDX file of 2 × 3 bytes should have 18 bytes with its header, but has 17',
  ],
  ['too many bytes', [...twoByThree, 0], 'but has 19'],
])('refuses %s', (_, bytes, message) => {
  expect(() => parseIdx(Uint8Array.from(bytes))).toThrow(message)
})
