import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundedness, projected, projectedGradientNorm, shareAtBound } from './box.ts'

const of = (...values: number[]) => Float64Array.from(values)
const box = { lower: of(0, -Infinity, 1, -1), upper: of(2, 5, 1, Infinity) }

test('projection moves what lies beyond to the nearer bound, and leaves its argument alone', () => {
  const x = of(-3, 7, 4, -Infinity)
  expect([...projected(x, box)]).toEqual([0, 5, 1, -1])
  expect([...x]).toEqual([-3, 7, 4, -Infinity])
})

const vector = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 4, maxLength: 4 })

test('the projected gradient is how far P(x − g) lies from x', () => {
  fc.assert(
    fc.property(vector, vector, (a, g) => {
      const x = projected(Float64Array.from(a), box)
      const moved = projected(
        x.map((value, i) => value - (g[i] ?? NaN)),
        box,
      )
      const expected = Math.max(...moved.map((value, i) => Math.abs(value - (x[i] ?? NaN))))
      expect(Math.abs(projectedGradientNorm(x, Float64Array.from(g), box) - expected)).toBeLessThan(1e-14)
    }),
    { seed: 1 },
  )
})

test('the share at a bound counts each coordinate once', () => {
  expect(shareAtBound(of(0, 5, 1, 3), box)).toBe(0.75)
  expect(shareAtBound(of(1, 4, 1, 3), box)).toBe(0.25)
})

test('boundedness: one bound is enough for any, two of each coordinate make all', () => {
  expect(boundedness(box)).toEqual({ any: true, all: false })
  expect(boundedness({ lower: of(0, 0), upper: of(1, 1) })).toEqual({ any: true, all: true })
  expect(boundedness({ lower: of(-Infinity), upper: of(Infinity) })).toEqual({ any: false, all: false })
})
