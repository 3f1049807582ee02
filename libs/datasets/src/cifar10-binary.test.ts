import { expect, test } from 'vitest'
import { decodeCifar10, encodeCifar10 } from './cifar10-binary.ts'

const images = Uint8Array.from({ length: 3 * 3072 }, (_, i) => (i * i) % 251)
const labels = Uint8Array.of(7, 0, 9)

test('a record is the label, then a plane of each colour', () => {
  const encoded = encodeCifar10(images, labels)
  expect(encoded).toHaveLength(3 * 3073)
  const second = encoded.subarray(3073, 2 * 3073)
  expect(second[0]).toBe(0)
  for (const channel of [0, 1, 2]) {
    expect(second[1 + 1024 * channel + 5]).toBe(images[3072 + 3 * 5 + channel])
  }
})

test('decodes what it encodes, also from several files', () => {
  const encoded = encodeCifar10(images, labels)
  expect(decodeCifar10([encoded])).toEqual({ images, labels })
  expect(decodeCifar10([encoded.subarray(0, 3073), encoded.subarray(3073)])).toEqual({ images, labels })
})

test('of two labels, the last is the class: the fine one of CIFAR-100', () => {
  const record = encodeCifar10(images.subarray(0, 3072), Uint8Array.of(7))
  expect(decodeCifar10([Uint8Array.of(19, ...record)], 2)).toEqual({
    images: images.subarray(0, 3072),
    labels: Uint8Array.of(7),
  })
})
