/**
 * Philox 4×32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"): four random words
 * from a counter and a key, with no state between.
 *
 * @param counter four 32-bit words
 * @param key two 32-bit words
 * @returns four words, from 0 to 2³² − 1
 */
export function philox(counter: Words4, key: readonly [number, number]): Words4 {
  let [a, b, c, d] = counter
  let [k, l] = key
  for (let round = 0; round < 10; round++) {
    const x = highProduct(a, 0xd2511f53)
    const y = highProduct(c, 0xcd9e8d57)
    const next: Words4 = [y ^ b ^ k, Math.imul(c, 0xcd9e8d57), x ^ d ^ l, Math.imul(a, 0xd2511f53)]
    ;[a, b, c, d] = next
    k = (k + 0x9e3779b9) | 0
    l = (l + 0xbb67ae85) | 0
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0]
}

export type Words4 = readonly [number, number, number, number]

/** The upper 32 bits of the product of two unsigned words: by halves, since a double holds 53 bits only. */
function highProduct(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0
}
