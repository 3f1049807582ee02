/** The types of numbers that are read, by NumPy's name. */
const TYPES = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|i1': Int8Array,
  '|u1': Uint8Array,
  '<i2': Int16Array,
  '<u2': Uint16Array,
  '<i4': Int32Array,
  '<u4': Uint32Array,
  '<i8': BigInt64Array,
  '<u8': BigUint64Array,
} as const

type TypeName = keyof typeof TYPES

/** An array as NumPy's `.npy` file holds it. */
export interface NpyArray {
  readonly shape: readonly number[]
  /** NumPy's name of the type, e.g. `<f4` for little-endian float32. */
  readonly type: TypeName
  readonly data: InstanceType<(typeof TYPES)[TypeName]>
}

const header = /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \}\s*$/

/**
 * Reads NumPy's `.npy` format: `\x93NUMPY`, the version, the length of the header (little-endian, 16 bits in version 1, 32 in
 * 2 and 3), a Python dict of type, order and shape, then the numbers. Little-endian numbers in C order are read.
 *
 * @throws RangeError on other bytes, another type or order, or a length that does not fit the shape.
 * @see NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
 */
export function parseNpy(bytes: Uint8Array): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6] ?? 0
  if (bytes.length < 12 || text(bytes.subarray(0, 6)) !== '\x93NUMPY' || version < 1 || version > 3)
    throw new RangeError('Not a .npy file of version 1, 2 or 3: it should begin with 93 4e 55 4d 50 59.')
  const [start, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)]
  const dict = text(bytes.subarray(start, start + length))
  const [, name = '', order, sizes = ''] = header.exec(dict) ?? []
  if (order === undefined) throw new RangeError(`The header of a .npy file is not understood: ${dict}`)
  if (order === 'True')
    throw new RangeError('The .npy file is in Fortran order: save np.ascontiguousarray(x).')
  if (!isTypeName(name))
    throw new RangeError(`A .npy file of ${name} is not read: use one of ${Object.keys(TYPES).join(', ')}.`)
  const shape = sizes.split(',').flatMap(size => (size.trim() === '' ? [] : [Number(size)]))
  return { shape, type: name, data: numbers(bytes.subarray(start + length), name, shape) }
}

function numbers(bytes: Uint8Array, type: TypeName, shape: readonly number[]): NpyArray['data'] {
  const Numbers = TYPES[type]
  const count = shape.reduce((product, size) => product * size, 1)
  const expected = count * Numbers.BYTES_PER_ELEMENT
  if (bytes.length !== expected)
    throw new RangeError(
      `A .npy file of ${type} with shape [${shape.join()}] should have ${expected} bytes behind its header, but has ${bytes.length}.`,
    )
  // A view needs numbers that lie at multiples of their size.
  const aligned = bytes.byteOffset % Numbers.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes)
  return new Numbers(aligned.buffer as ArrayBuffer, aligned.byteOffset, count)
}

function isTypeName(name: string): name is TypeName {
  return Object.hasOwn(TYPES, name)
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
