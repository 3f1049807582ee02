import fc from 'fast-check'
import type { Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { randomPairs } from '../test/dense-bfgs.ts'
import { emptyGram, extended, type Gram, gramOver, withoutOldest } from './l-bfgs-b-gram.ts'

const size = 12
const pairs = randomPairs(size, 6, 1).map(({ s, y }, k) => ({ s: s.map(each => each * 10 ** k), y }))

function difference(a: Gram, b: Gram): number {
  const apart = (p: Matrix, q: Matrix): number =>
    Math.max(0, ...p.to1DArray().map((value, i) => Math.abs(value - (q.to1DArray()[i] ?? NaN))))
  return Math.max(apart(a.yy, b.yy), apart(a.sy, b.sy), apart(a.ss, b.ss))
}

test('products are those of the coordinates that are named', () => {
  const corrections = [
    { s: Float64Array.of(1, 2, 3), y: Float64Array.of(4, 5, 6) },
    { s: Float64Array.of(-1, 0, 2), y: Float64Array.of(7, 1, 1) },
  ]
  const { yy, sy, ss } = extended(emptyGram, corrections, Int32Array.of(0, 2))
  expect(yy.to2DArray()).toEqual([
    [52, 34],
    [34, 50],
  ])
  expect(sy.to2DArray()).toEqual([
    [22, 10],
    [8, -5],
  ])
  expect(ss.to2DArray()).toEqual([
    [10, 5],
    [5, 5],
  ])
})

test('what is known and what changed give what a new sum gives', () => {
  const set = fc
    .uniqueArray(fc.integer({ min: 0, max: size - 1 }))
    .map(list => Int32Array.from(list.sort((a, b) => a - b)))
  const change = fc.tuple(set, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 }))
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), changes => {
      let known
      let end = 0
      // As the optimiser does, but by any number at once: new ones at the end, the oldest forgotten.
      for (const [indices, first, count] of [...changes].sort((a, b) => a[1] - b[1])) {
        end = Math.max(end, first + count)
        const corrections = pairs.slice(first, end)
        known = gramOver(corrections, indices, known)
        expect(known.gram.ss.rows).toBe(corrections.length)
        expect(difference(known.gram, extended(emptyGram, corrections, indices))).toBeLessThan(1e-11)
      }
    }),
    { seed: 4 },
  )
})

test('one coordinate that comes costs no new sum', () => {
  const few = Int32Array.of(0, 1, 2, 3, 4)
  const known = gramOver(pairs.slice(0, 2), few, undefined)
  // A wrong product that is known stays, but for what comes to it.
  known.gram.ss.set(0, 0, 100)
  const { gram } = gramOver(pairs.slice(0, 2), Int32Array.of(0, 1, 2, 3, 4, 5), known)
  expect(gram.ss.get(0, 0)).toBeCloseTo(100 + (pairs[0]?.s[5] ?? NaN) ** 2, 10)
})

test('without all there are none', () => {
  expect(withoutOldest(extended(emptyGram, pairs.slice(0, 2)), 2).ss.rows).toBe(0)
})
