/** Bytes with their dimensions, as an IDX file holds them. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly data: Uint8Array
}

const unsignedByte = 0x08

/**
 * Reads the IDX format of MNIST: two zero bytes, the type of the elements, the number of dimensions, each dimension as
 * a big-endian 32-bit number, then the elements. Only unsigned bytes are read. `data` is a view, not a copy.
 *
 * @throws RangeError if the header is of another kind, or the length does not fit the dimensions.
 * @see Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits": the file format.
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint16(0) !== 0 || bytes[2] !== unsignedByte) {
    throw new RangeError(
      `Not an IDX file of unsigned bytes: it should begin with 00 00 08, but begins with ${hex(bytes)}.`,
    )
  }
  const dimensions = view.getUint8(3)
  const start = 4 + 4 * dimensions
  if (bytes.length < start) throw new RangeError(`An IDX header of ${start} bytes is cut at ${bytes.length}.`)
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i))
  const length = shape.reduce((product, n) => product * n, 1)
  if (bytes.length !== start + length) {
    throw new RangeError(
      `An IDX file of ${shape.join(' × ')} bytes should have ${start + length} bytes with its header, but has ${bytes.length}.`,
    )
  }
  // Of a Buffer, subarray would be a Buffer, whose slice does not copy.
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, length) }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 3)).toString('hex').replace(/..\B/g, '$& ') || 'nothing'
}
