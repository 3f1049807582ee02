import { readFileSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { parseNpy } from './npy.ts'

/** As NumPy wrote them: see fixtures/make_fixtures.py. */
function fixture(name: string): Record<string, Uint8Array> {
  return unzipSync(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)))
}

const files = fixture('arrays.npz')
const bytesOf = (name: string): Uint8Array => files[`${name}.npy`] ?? new Uint8Array()

test.each<[string, string, number[], ArrayLike<unknown>]>([
  ['f4', '<f4', [2, 3], Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25)],
  ['f8', '<f8', [], Float64Array.of(0.1)],
  ['i1', '|i1', [2], Int8Array.of(-1, 2)],
  ['u1', '|u1', [1], Uint8Array.of(200)],
  ['i2', '<i2', [1], Int16Array.of(-300)],
  ['u2', '<u2', [1], Uint16Array.of(60_000)],
  ['i4', '<i4', [1], Int32Array.of(-70_000)],
  ['u4', '<u4', [1], Uint32Array.of(4_000_000_000)],
  ['i8', '<i8', [2, 1], BigInt64Array.of(-5n, 1972n)],
  ['u8', '<u8', [1], BigUint64Array.of(7n)],
  ['empty', '<f4', [0, 360], new Float32Array()],
])('reads %s as NumPy wrote it', (name, type, shape, data) => {
  expect(parseNpy(bytesOf(name))).toEqual({ type, shape, data })
})

test('an archive that NumPy compressed holds the same', () => {
  expect(fixture('arrays-compressed.npz')).toEqual(files)
})

test('reads numbers that do not lie at a multiple of their size', () => {
  const shifted = new Uint8Array(bytesOf('f4').length + 1)
  shifted.set(bytesOf('f4'), 1)
  expect(parseNpy(shifted.subarray(1))).toEqual(parseNpy(bytesOf('f4')))
})

/** A file with a header of one's own. */
function made(version: number, dict: string, data: readonly number[] = []): Uint8Array {
  const length = version === 1 ? [dict.length, 0] : [dict.length, 0, 0, 0]
  return Uint8Array.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    ...length,
    ...Buffer.from(dict),
    ...data,
  ])
}

test.each([2, 3])('reads version %d, whose header may be long', version => {
  const dict = "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }   \n"
  expect(parseNpy(made(version, dict, [5, 6]))).toEqual({
    type: '|u1',
    shape: [2],
    data: Uint8Array.of(5, 6),
  })
})

test.each([
  ['nothing', new Uint8Array(), 'Not a .npy file'],
  ['other bytes', new Uint8Array(100), 'Not a .npy file'],
  ['version 4', made(4, '{}', [0, 0]), 'of version 1, 2 or 3'],
  ['version 0', made(0, '{}', [0, 0]), 'of version 1, 2 or 3'],
  ['another dict', made(1, "{'shape': (2,)}"), "is not understood: {'shape': (2,)}"],
  ['fields', bytesOf('f4').subarray(0, 20), 'is not understood'],
  ['Fortran order', bytesOf('fortran'), 'save np.ascontiguousarray(x)'],
  ['big-endian numbers', bytesOf('big_endian'), 'A .npy file of >f4 is not read'],
  ['text', bytesOf('text'), 'A .npy file of <U1 is not read'],
  [
    'a property of every object',
    made(1, "{'descr': 'toString', 'fortran_order': False, 'shape': (), }"),
    'of toString is not read',
  ],
  [
    'too few numbers',
    bytesOf('f4').subarray(0, -1),
    'with shape [2,3] should have 24 bytes behind its header, but has 23',
  ],
  ['too many', Buffer.concat([bytesOf('f4'), Buffer.of(0)]), 'but has 25'],
])('refuses %s', (_, bytes, message) => {
  expect(() => parseNpy(bytes)).toThrow(message)
})
