import { describe, expect, test } from 'vitest'
import { freshDirection, randomVectors } from './random-vectors.ts'
import { dot, norm } from './vectors.ts'

describe('randomVectors', () => {
  test('are fixed by the seed', () => {
    expect(randomVectors(9, 5).normal()).toEqual(randomVectors(9, 5).normal())
    expect(randomVectors(9, 5).normal()).not.toEqual(randomVectors(9, 6).normal())
  })

  test('are normal, signs, or of length √n', () => {
    const n = 100_001
    const random = randomVectors(n, 1)
    const x = random.normal()
    expect(Math.abs(x.reduce((sum, value) => sum + value, 0) / n)).toBeLessThan(3 / Math.sqrt(n))
    expect(Math.abs(dot(x, x) / n - 1)).toBeLessThan(3 * Math.sqrt(2 / n))
    const signs = random.signs()
    expect(signs.every(value => value === 1 || value === -1)).toBe(true)
    expect(Math.abs(signs.reduce((sum, value) => sum + value, 0) / n)).toBeLessThan(3 / Math.sqrt(n))
    expect(norm(random.sphere())).toBeCloseTo(Math.sqrt(n), 8)
  })

  test.each([-1, 0.5, 2 ** 32, NaN])('seed %s is refused', seed => {
    expect(() => randomVectors(3, seed)).toThrow(
      `seed is ${seed}; it must be an integer from 0 to 4294967295`,
    )
  })
})

test('a fresh direction is of length 1 and orthogonal to the basis', () => {
  const basis = [Float64Array.of(1, 0, 0), Float64Array.of(0, 0, 1)]
  const v = freshDirection(randomVectors(3, 0), basis)
  expect(Math.abs(v[1] ?? NaN)).toBeCloseTo(1, 14)
  expect(Math.max(...basis.map(b => Math.abs(dot(b, v))))).toBeLessThan(1e-15)
})
