import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { inFloat32, laplacian, randomSymmetricRows } from '../test/matrices.ts'
import { denseMatrix } from './dense-matrix.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { explicitMatrix } from './explicit-matrix.ts'
import { float32Error, type LinearOperator } from './linear-operator.ts'
import { scaledBy } from './scaled-by.ts'
import { shiftedBy } from './shifted-by.ts'
import { subBlock } from './sub-block.ts'
import { sumOf } from './sum-of.ts'
import { symmetryError } from './symmetry-error.ts'

const rows = randomSymmetricRows(5, 3)
const dense = denseMatrix(rows)

async function rowsOf(operator: LinearOperator): Promise<number[][]> {
  return (await explicitMatrix(operator)).rows.map(row => Array.from(row))
}

const composed: [name: string, operator: LinearOperator, entry: (i: number, j: number) => number][] = [
  ['denseMatrix', dense, (i, j) => rows[i]?.[j] ?? NaN],
  ['diagonalMatrix', diagonalMatrix([1, 2, 3, 4, 5]), (i, j) => (i === j ? i + 1 : 0)],
  [
    'sumOf',
    sumOf([dense, diagonalMatrix([1, 1, 1, 1, 1]), dense]),
    (i, j) => 2 * (rows[i]?.[j] ?? NaN) + Number(i === j),
  ],
  ['scaledBy', scaledBy(-3, dense), (i, j) => -3 * (rows[i]?.[j] ?? NaN)],
  ['shiftedBy', shiftedBy(2, dense), (i, j) => (rows[i]?.[j] ?? NaN) + 2 * Number(i === j)],
  ['subBlock of a range', subBlock(dense, { from: 1, to: 4 }), (i, j) => rows[i + 1]?.[j + 1] ?? NaN],
  [
    'subBlock of indices',
    subBlock(dense, [4, 0]),
    (i, j) => rows[[4, 0][i] ?? NaN]?.[[4, 0][j] ?? NaN] ?? NaN,
  ],
]

describe.each(composed)('%s', (_, operator, entry) => {
  test('is the matrix it says', async () => {
    const found = await rowsOf(operator)
    found.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(entry(i, j), 13)
      })
    })
    expect(found).toHaveLength(operator.size)
  })

  test('is linear, and leaves its argument alone', async () => {
    const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: operator.size,
      maxLength: operator.size,
    })
    await fc.assert(
      fc.asyncProperty(vector, vector, async (a, b) => {
        const [x, y] = [Float64Array.from(a), Float64Array.from(b)]
        const both = await operator.apply(x.map((value, i) => 2 * value + (y[i] ?? NaN)))
        const [ax, ay] = [await operator.apply(x), await operator.apply(y)]
        both.forEach((value, i) => {
          expect(value).toBeCloseTo(2 * (ax[i] ?? NaN) + (ay[i] ?? NaN), 12)
        })
        expect(Array.from(x)).toEqual(Array.from(Float64Array.from(a)))
      }),
      { numRuns: 30 },
    )
  })

  test('is symmetric', async () => {
    expect(await symmetryError(operator)).toBeLessThan(1e-13)
  })
})

test('composed operators carry the error of what they are made of, float32 where none is stated', () => {
  const noisy = inFloat32(laplacian(5))
  expect(sumOf([dense, noisy]).relativeError).toBe(float32Error)
  expect(scaledBy(2, noisy).relativeError).toBe(float32Error)
  expect(shiftedBy(2, dense).relativeError).toBe(dense.relativeError)
  expect(subBlock(dense, [0]).relativeError).toBe(dense.relativeError)
})

describe('symmetryError', () => {
  test('of float32 is of its size, of a shear about 1', async () => {
    expect(await symmetryError(inFloat32(laplacian(100)))).toBeLessThan(float32Error)
    const shear: LinearOperator = {
      size: 100,
      apply: x => x.map((value, i) => value + 5 * (x[i + 1] ?? 0)),
    }
    expect(await symmetryError(shear)).toBeGreaterThan(0.1)
  })

  test('does not depend on the scale; zero is symmetric', async () => {
    const skewed: LinearOperator = { size: 3, apply: x => x.map((_, i) => x[i + 1] ?? 0) }
    const error = await symmetryError(skewed)
    expect(await symmetryError(scaledBy(1e-12, skewed))).toBeCloseTo(error, 12)
    expect(await symmetryError(scaledBy(0, skewed))).toBe(0)
    await expect(symmetryError(skewed, { probes: 0 })).rejects.toThrow('probes is 0')
  })
})

describe('bad input', () => {
  test.each<[given: () => unknown, message: string]>([
    [() => denseMatrix([]), 'denseMatrix got no rows'],
    [() => denseMatrix([[1, 2]]), 'row 0 of the matrix has 2 numbers; it must have 1'],
    [() => denseMatrix([[NaN]]), 'row 0 of the matrix holds NaN at index 0'],
    [
      () =>
        denseMatrix([
          [1, 2],
          [3, 1],
        ]),
      'the matrix is not symmetric: entry (1, 0) is 3, (0, 1) is 2; use (A + Aᵀ) / 2',
    ],
    [() => diagonalMatrix([]), 'diagonalMatrix got no entries'],
    [() => diagonalMatrix([Infinity]), 'the diagonal holds Infinity at index 0'],
    [() => sumOf([]), 'sumOf got no operators'],
    [() => sumOf([laplacian(2), laplacian(3)]), 'operators of sizes 2, 3'],
    [() => scaledBy(NaN, dense), 'the factor is NaN'],
    [() => shiftedBy(Infinity, dense), 'the shift is Infinity'],
    [() => subBlock(dense, []), 'the block has no indices'],
    [() => subBlock(dense, [0, 0]), 'an index of the block stands twice'],
    [() => subBlock(dense, [5]), 'an index of the block is 5; it must be an integer from 0 to 4'],
    [() => subBlock(dense, { from: 2, to: 2 }), "the block's to is 2; it must be an integer from 3 to 5"],
    [() => subBlock(dense, { from: -1, to: 2 }), "the block's from is -1"],
  ])('%s is refused', (given, message) => {
    expect(given).toThrow(message)
  })
})

describe('operators made of others are opened and closed with them', () => {
  const watched = () => {
    const close = vi.fn()
    const operator: LinearOperator = {
      size: 5,
      apply: () => expect.unreachable('it was opened'),
      open: () => ({ apply: x => dense.apply(x), close }),
    }
    return { operator, close }
  }
  const made: [string, (operator: LinearOperator) => LinearOperator][] = [
    ['sumOf', operator => sumOf([operator, operator])],
    ['scaledBy', operator => scaledBy(2, operator)],
    ['shiftedBy', operator => shiftedBy(2, operator)],
    ['subBlock', operator => subBlock(operator, [4, 0])],
  ]

  test.each(made)('%s', async (_, make) => {
    const { operator, close } = watched()
    expect(await rowsOf(make(operator))).toEqual(await rowsOf(make(dense)))
    expect(close).toHaveBeenCalledTimes(make === made[0]?.[1] ? 2 : 1)
  })

  test('also where another one cannot be opened', () => {
    const { operator, close } = watched()
    const broken: LinearOperator = {
      ...dense,
      open: () => {
        throw new Error('no room')
      },
    }
    expect(() => sumOf([operator, broken]).open?.()).toThrow('no room')
    expect(close).toHaveBeenCalledOnce()
  })
})
