import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batches } from './batches.ts'
import type { BatchOptions } from './batches.ts'
import { createSplit } from './dataset.ts'
import { permutation } from './permutation.ts'

fc.configureGlobal({ seed: 1 })

/** Images of two channels that count from 0, with labels that follow from the image. */
function counting(size: number) {
  const images = Uint8Array.from({ length: 2 * size }, (_, i) =>
    i % 2 ? Math.floor(i / 2 / 256) : (i / 2) % 256,
  )
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 7)
  const classes = [...Array(7).keys()].map(String)
  return createSplit(images, labels, { shape: [1, 1, 2], classes, mean: [0, 0], std: [1 / 255, 1 / 255] })
}

/** Which images came, batch by batch, in order. */
function indicesOf(size: number, options: BatchOptions): number[][] {
  return [...batches(counting(size), options)].map(({ images, labels, size }) => {
    expect(images).toHaveLength(2 * size)
    const indices = Array.from(
      labels,
      (_, i) => (images[2 * i] ?? NaN) + 256 * (images[2 * i + 1] ?? NaN),
    ).map(Math.round)
    expect([...labels]).toEqual(indices.map(index => index % 7))
    expect(labels).toHaveLength(size)
    return indices
  })
}

const cases = fc
  .integer({ min: 1, max: 600 })
  .chain(size =>
    fc.tuple(
      fc.constant(size),
      fc.record({ batchSize: fc.integer({ min: 1, max: size }), seed: fc.maxSafeInteger(), epoch: fc.nat() }),
    ),
  )

test('an epoch holds every image once, in the order of (seed, epoch), with its own label', () => {
  fc.assert(
    fc.property(cases, ([size, options]) => {
      expect(indicesOf(size, options).flat()).toEqual([...permutation(size, options.seed, options.epoch)])
    }),
  )
})

test('all batches but the last are full', () => {
  fc.assert(
    fc.property(cases, ([size, options]) => {
      const sizes = indicesOf(size, options).map(indices => indices.length)
      expect(sizes).toHaveLength(Math.ceil(size / options.batchSize))
      expect(sizes.slice(0, -1).every(n => n === options.batchSize)).toBe(true)
      expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(size)
    }),
  )
})

test('the order does not depend on the batch size', () => {
  const orders = [1, 7, 100].map(batchSize => indicesOf(100, { batchSize, seed: 3 }).flat())
  expect(orders[1]).toEqual(orders[0])
  expect(orders[2]).toEqual(orders[0])
})

test('another epoch or seed gives another order', () => {
  const orders = [{}, { epoch: 1 }, { seed: 1 }].map(options =>
    indicesOf(100, { batchSize: 100, ...options }).join(),
  )
  expect(new Set(orders).size).toBe(3)
})

test('without shuffling the images come as they lie', () => {
  const inOrder = [...Array(300).keys()]
  expect(indicesOf(300, { batchSize: 64, shuffle: false, seed: 5, epoch: 5 }).flat()).toEqual(inOrder)
})

test('seed and epoch are 0 by default, and it shuffles', () => {
  const order = [...permutation(50, 0, 0)]
  expect(indicesOf(50, { batchSize: 50 }).flat()).toEqual(order)
})

test('can be iterated again, with arrays that no other batch shares', () => {
  const iterable = batches(counting(10), { batchSize: 4 })
  const first = [...iterable]
  const again = [...iterable]
  expect(again).toEqual(first)
  const buffers = [...first, ...again].flatMap(({ images, labels }) => [images.buffer, labels.buffer])
  expect(new Set(buffers).size).toBe(12)
})

test.each([0, -1, 2.5, 11, NaN, Infinity])(
  'refuses a batch size of %d, before the first batch',
  batchSize => {
    expect(() => batches(counting(10), { batchSize })).toThrow(
      `batchSize is ${batchSize}: use a whole number from 1 to 10.`,
    )
  },
)

test.each([
  [{ seed: 0.5 }, 'seed is 0.5'],
  [{ seed: 2 ** 53 }, 'seed is 9007199254740992'],
  [{ epoch: -1 }, 'epoch is -1: use a whole number from 0'],
  [{ epoch: 1.5 }, 'epoch is 1.5'],
])('refuses %o', (options, message) => {
  expect(() => batches(counting(10), { batchSize: 5, ...options })).toThrow(message)
})
