/**
 * The tokens of some documents as bytes: the number of documents and the number of tokens of each (uint32), then the tokens
 * (uint16), document after document; little-endian, on a machine that is.
 */
export function encodeTokenFile(documents: readonly Uint16Array[]): Buffer {
  const head = Uint32Array.of(documents.length, ...documents.map(({ length }) => length))
  return Buffer.concat(
    [head, ...documents].map(each => Buffer.from(each.buffer, each.byteOffset, each.byteLength)),
  )
}

/**
 * What `encodeTokenFile` was given.
 *
 * @throws RangeError if there are more bytes, or fewer, than they say
 */
export function decodeTokenFile(bytes: Buffer): Uint16Array[] {
  // A copy, since a Buffer may begin at an odd place of its memory.
  const whole = Uint8Array.from(bytes).buffer
  const [count = Infinity] = new Uint32Array(whole, 0, bytes.length < 4 ? 0 : 1)
  const start = 4 + 4 * count
  const lengths = bytes.length < start ? [] : [...new Uint32Array(whole, 4, count)]
  const stated = start + 2 * lengths.reduce((sum, length) => sum + length, 0)
  if (bytes.length !== stated)
    throw new RangeError(`A file of tokens has ${bytes.length} bytes, which are not as many as it says.`)
  let at = start
  return lengths.map(length => {
    const document = new Uint16Array(whole, at, length)
    at += document.byteLength
    return document
  })
}
