import fc from 'fast-check'
import { Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { compactOf, denseBfgs, randomPairs } from '../test/dense-bfgs.ts'
import { type Box, projected } from './box.ts'
import { cauchyPoint } from './l-bfgs-b-cauchy-point.ts'
import { identityMatrix, timesCorrections } from './l-bfgs-b-matrix.ts'

const size = 7
const of = (...values: number[]) => Float64Array.from(values)

/** The model's change from x to a point, by a dense matrix. */
function modelAt(b: Matrix, gradient: Float64Array, x: Float64Array, to: Float64Array): number {
  const z = Matrix.columnVector(to.map((value, i) => value - (x[i] ?? NaN)))
  return (
    z.transpose().mmul(Matrix.columnVector(gradient)).get(0, 0) + z.transpose().mmul(b).mmul(z).get(0, 0) / 2
  )
}

/** The first minimum along P(x − t g): each straight piece is a parabola. */
function denseCauchyPoint(b: Matrix, gradient: Float64Array, x: Float64Array, box: Box): Float64Array {
  const at = (t: number): Float64Array =>
    projected(
      x.map((value, i) => value - t * (gradient[i] ?? NaN)),
      box,
    )
  const bends = Array.from(
    gradient,
    (g, i) => ((x[i] ?? NaN) - ((g > 0 ? box.lower[i] : box.upper[i]) ?? NaN)) / g,
  )
  const times = [0, ...bends.filter(t => t > 0 && t < Infinity).sort((p, q) => p - q), 1e6]
  for (const [k, from] of times.slice(0, -1).entries()) {
    const to = times[k + 1] ?? NaN
    if (to - from < 1e-14) continue
    // A parabola through three of its points.
    const middle = (from + to) / 2
    const [m0, m1, m2] = [from, middle, to].map(t => modelAt(b, gradient, x, at(t)))
    const half = to - middle
    const second = ((m0 ?? NaN) - 2 * (m1 ?? NaN) + (m2 ?? NaN)) / half ** 2
    const slope = ((m2 ?? NaN) - (m0 ?? NaN)) / (2 * half) - second * half
    if (slope >= 0) return at(from)
    if (second > 0 && from - slope / second < to) return at(from - slope / second)
  }
  return at(times.at(-2) ?? NaN)
}

test('is the first minimum of the model along the projected gradient, as a dense walk finds it', () => {
  const numbers = (min: number, max: number) =>
    fc.array(fc.integer({ min, max }), { minLength: size, maxLength: size })
  fc.assert(
    fc.property(
      numbers(-8, 8),
      numbers(0, 4),
      numbers(0, 4),
      fc.integer({ min: 0, max: 4 }),
      (slopes, below, above, count) => {
        const gradient = Float64Array.from(slopes)
        // No two breakpoints coincide.
        const units = [2, 3, 5, 7, 11, 13, 17].map(prime => Math.sqrt(prime) / 15)
        const x = Float64Array.from(slopes, (_, i) => i / 4)
        // 4 stands for no bound, 0 for one that x lies on.
        const box = {
          lower: x.map((value, i) =>
            below[i] === 4 ? -Infinity : value - (below[i] ?? NaN) * (units[i] ?? NaN),
          ),
          upper: x.map((value, i) =>
            above[i] === 4 ? Infinity : value + (above[i] ?? NaN) * (units[i] ?? NaN),
          ),
        }
        const pairs = randomPairs(size, count, 5)
        const matrix = compactOf(pairs, 3)
        const found = cauchyPoint(x, gradient, box, matrix)
        const expected = denseCauchyPoint(denseBfgs(pairs.slice(-3), size), gradient, x, box)
        expect(
          Math.max(...found.point.map((value, i) => Math.abs(value - (expected[i] ?? NaN)))),
        ).toBeLessThan(1e-7)
        const offset = timesCorrections(
          matrix,
          found.point.map((value, i) => value - (x[i] ?? NaN)),
        )
        const scale = Math.max(1, ...offset.map(Math.abs))
        expect(
          Math.max(0, ...offset.map((value, i) => Math.abs(value - (found.offset[i] ?? NaN)))) / scale,
        ).toBeLessThan(1e-10)
      },
    ),
    { seed: 6 },
  )
})

test('free is what met no bound and is not held by one', () => {
  const box = { lower: of(0, 0, 0, -1, 2), upper: of(1, 1, 9, 9, 2) }
  // Held at 0; leaves 0; goes to its bound; stops before it; fixed.
  const { point, free } = cauchyPoint(of(0, 0, 1, 1, 2), of(1, -0.5, 3, 1, 7), box, identityMatrix)
  for (const [i, value] of [0, 0.5, 0, 0, 2].entries()) expect(point[i]).toBeCloseTo(value, 14)
  expect([...free]).toEqual([1, 3])
})

test('a coordinate with no slope is free, unless a bound holds it', () => {
  const box = { lower: of(0, 0, -9), upper: of(1, 1, 9) }
  expect([...cauchyPoint(of(0.5, 0, 0), of(0, 0, 1), box, identityMatrix).free]).toEqual([0, 2])
})

test('a corner that is reached is met exactly', () => {
  const box = { lower: of(-0.1, -0.3), upper: of(0.1, 0.7) }
  const { point, free } = cauchyPoint(of(0.05, 0.01), of(100, -100), box, identityMatrix)
  expect([...point]).toEqual([-0.1, 0.7])
  expect([...free]).toEqual([])
})

test('slopes whose squares vanish give no NaN', () => {
  const box = { lower: of(-1), upper: of(Infinity) }
  expect([...cauchyPoint(of(0), of(-1e-200), box, identityMatrix).point]).toEqual([0])
})
