import { Matrix, solve } from 'ml-matrix'
import { describe, expect, test } from 'vitest'
import { compactOf, denseBfgs, type Pair, randomPairs } from '../test/dense-bfgs.ts'
import {
  blockSolver,
  type CompactMatrix,
  identityMatrix,
  timesCorrections,
  timesMiddle,
  updatedMatrix,
} from './l-bfgs-b-matrix.ts'

const size = 8

/** θv − W M Wᵀv. */
function times(matrix: CompactMatrix, v: Float64Array): Float64Array {
  const inner = timesMiddle(matrix, timesCorrections(matrix, v))
  const k = matrix.corrections.length
  return v.map((value, i) => {
    const rows = matrix.corrections.map(
      ({ s, y }, j) =>
        (y[i] ?? NaN) * (inner[j] ?? NaN) + matrix.theta * (s[i] ?? NaN) * (inner[k + j] ?? NaN),
    )
    return matrix.theta * value - rows.reduce((sum, each) => sum + each, 0)
  })
}

function relativeError(pairs: readonly Pair[], kept: readonly Pair[], memory: number): number {
  const dense = denseBfgs(kept, size)
  const matrix = compactOf(pairs, memory)
  const errors = Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size).fill(1, i, i + 1)
    return Math.max(...times(matrix, unit).map((value, j) => Math.abs(value - dense.get(j, i))))
  })
  return Math.max(...errors) / dense.max()
}

describe('the compact form is the matrix that BFGS updates give', () => {
  const pairs = randomPairs(size, 7, 2)

  test.each([1, 2, 5, 7])('after %s of them, each step a tenth of the last', count => {
    const some = pairs.slice(0, count)
    expect(relativeError(some, some, 10)).toBeLessThan(1e-10)
  })

  test.each([1, 3])('with a memory of %s, of the last alone', memory => {
    expect(relativeError(pairs, pairs.slice(-memory), memory)).toBeLessThan(1e-10)
  })
})

test('the secant equation holds: B s = y for the newest step', () => {
  const pairs = randomPairs(size, 4, 3)
  const { s, y } = pairs.at(-1) ?? { s: new Float64Array(), y: new Float64Array() }
  const image = times(compactOf(pairs, 10), s)
  const largest = Math.max(...y.map(Math.abs))
  expect(Math.max(...image.map((value, i) => Math.abs(value - (y[i] ?? NaN)))) / largest).toBeLessThan(1e-11)
})

test('without corrections it is I', () => {
  expect([...times(identityMatrix, Float64Array.of(3, -1))]).toEqual([3, -1])
})

test('what cannot be a step of a finite matrix starts it anew', () => {
  const [pair = { s: new Float64Array(), y: new Float64Array() }] = randomPairs(size, 1, 4)
  const bad = updatedMatrix(
    compactOf([pair], 5),
    pair.s,
    pair.y.map(() => NaN),
    1,
    5,
  )
  expect(bad).toBe(identityMatrix)
})

describe('block elimination', () => {
  const p = new Matrix([
    [3, 1],
    [1, 2],
  ])
  const b = new Matrix([
    [1, -2],
    [0, 4],
  ])
  const q = new Matrix([
    [5, 1],
    [1, 4],
  ])

  test('solves what a dense solver solves', () => {
    const whole = Matrix.zeros(4, 4)
      .setSubMatrix(Matrix.mul(p, -1), 0, 0)
      .setSubMatrix(b.transpose(), 0, 2)
      .setSubMatrix(b, 2, 0)
      .setSubMatrix(q, 2, 2)
    const v = Matrix.columnVector([1, -1, 2, 3])
    const found = blockSolver(p, b, q)?.(v).to1DArray() ?? []
    const expected = solve(whole, v).to1DArray()
    expect(Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? NaN))))).toBeLessThan(1e-13)
  })

  test('gives nothing where a block is not positive definite', () => {
    expect(blockSolver(Matrix.mul(p, -1), b, q)).toBeUndefined()
    expect(blockSolver(p, b, Matrix.mul(q, -100))).toBeUndefined()
  })
})
