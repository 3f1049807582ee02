import fc from 'fast-check'
import { expect, test } from 'vitest'
import { permutation } from './permutation.ts'

fc.configureGlobal({ seed: 1 })

const seed = fc.maxSafeInteger()
const epoch = fc.maxSafeNat()

test('holds every number once, and the same seed and epoch give it again', () => {
  fc.assert(
    fc.property(fc.nat(300), seed, epoch, (size, s, e) => {
      const order = permutation(size, s, e)
      expect([...order].sort((a, b) => a - b)).toEqual([...Array(size).keys()])
      expect(permutation(size, s, e)).toEqual(order)
    }),
  )
})

test('another seed or another epoch gives another order', () => {
  fc.assert(
    fc.property(seed, epoch, seed, epoch, (s1, e1, s2, e2) => {
      fc.pre(s1 !== s2 || e1 !== e2)
      expect(permutation(100, s1, e1)).not.toEqual(permutation(100, s2, e2))
    }),
  )
})

test('never changes from one version to the next', () => {
  expect([...permutation(10, 1, 0)]).toMatchInlineSnapshot(`
    [
      8,
      7,
      0,
      2,
      6,
      5,
      3,
      4,
      1,
      9,
    ]
  `)
})

// χ² with 23 degrees of freedom: mean 23, standard deviation √46; three of them above the mean is 43.3.
const bound = 23 + 3 * Math.sqrt(2 * 23)

function chiSquared(draw: (i: number) => string, cells: number, draws: number): number {
  const counts = new Map<string, number>()
  for (let i = 0; i < draws; i++) counts.set(draw(i), (counts.get(draw(i)) ?? 0) + 1)
  const expected = draws / cells
  const empty = cells - counts.size
  return [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, empty * expected)
}

test('each of the 24 orders of 4 is equally likely over epochs', () => {
  expect(chiSquared(i => permutation(4, 7, i).join(), 24, 4800)).toBeLessThan(bound)
})

test('neighbouring seeds are no more alike than others', () => {
  expect(chiSquared(i => permutation(4, i, 0).join(), 24, 4800)).toBeLessThan(bound)
})

test('seed and epoch are not merely added', () => {
  expect(permutation(100, 1, 2)).not.toEqual(permutation(100, 2, 1))
  expect(permutation(100, 0, 1)).not.toEqual(permutation(100, 1, 0))
})
