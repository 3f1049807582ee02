import { randomStream } from '@flatland/tensor'
import { describe, expect, test } from 'vitest'
import { cosinesFromGram, gramMatrix, noiseFromGram } from './gradient-noise.ts'

// Linear regression, L = ½ (xᵀθ − y)², y = xᵀθ* + σ ε with x and ε standard normal: the gradient of one example is
// x (xᵀΔ − σ ε) with Δ = θ − θ*, so that G = Δ and Σ = (|Δ|² + σ²) I + Δ Δᵀ.
const delta = Float64Array.of(0.6, -0.3, 0.2, 0, 1)
const sigma = 0.5
const squared = delta.reduce((sum, each) => sum + each ** 2, 0)
const variances = delta.map(each => squared + sigma ** 2 + each ** 2)
const stream = randomStream(3)

function gradientOfBatch(batchSize: number): Float64Array {
  const sum = new Float64Array(delta.length)
  for (let i = 0; i < batchSize; i++) {
    const x = stream.normal(delta.length)
    const error =
      x.reduce((dot, each, j) => dot + each * (delta[j] ?? 0), 0) - sigma * (stream.normal(1)[0] ?? 0)
    x.forEach((each, j) => (sum[j] = (sum[j] ?? 0) + (each * error) / batchSize))
  }
  return sum
}

const gradients = (batches: number, batchSize: number) =>
  Array.from({ length: batches }, () => gradientOfBatch(batchSize))

const matrix = {
  apply: (v: Float64Array) => Promise.resolve(v.map((each, i) => each * (curvatures[i] ?? NaN))),
}
const curvatures = [3, 1, 0.5, 4, 0.1]

describe('noiseFromGram on linear regression', () => {
  test.each([8, 32])('finds |G|², tr Σ and their ratio with batches of %i', async batchSize => {
    const { signal, noise, scale, standardError } = noiseFromGram(
      await gramMatrix(gradients(400, batchSize)),
      batchSize,
    )
    const expected = variances.reduce((a, b) => a + b) / squared
    expect(standardError).toBeLessThan(0.2 * expected)
    expect(Math.abs((scale ?? NaN) - expected)).toBeLessThan(3 * (standardError ?? NaN))
    expect(Math.abs(signal / squared - 1)).toBeLessThan(0.1)
    expect(Math.abs(noise / squared / expected - 1)).toBeLessThan(0.1)
  })

  test('with a curvature it finds Gᵀ H G and tr(H Σ)', async () => {
    const { scale, standardError } = noiseFromGram(await gramMatrix(gradients(400, 16), matrix), 16)
    const along = delta.reduce((sum, each, i) => sum + (curvatures[i] ?? 0) * each ** 2, 0)
    const spread = variances.reduce((sum, each, i) => sum + (curvatures[i] ?? 0) * each, 0)
    expect(standardError).toBeLessThan((0.2 * spread) / along)
    expect(Math.abs((scale ?? NaN) - spread / along)).toBeLessThan(3 * (standardError ?? NaN))
  })

  test('is without bias: the mean of many small estimates is right, where the plain |g|² is far off', async () => {
    const many = 600
    let [signal, plain] = [0, 0]
    for (let i = 0; i < many; i++) {
      const gram = await gramMatrix(gradients(2, 4))
      signal += noiseFromGram(gram, 4).signal / many
      plain += (gram[0]?.[0] ?? 0) / many
    }
    expect(Math.abs(signal / squared - 1)).toBeLessThan(0.2)
    expect(plain / squared).toBeGreaterThan(2)
  })
})

describe('noiseFromGram', () => {
  test('is the two-batch-size estimate of the paper', () => {
    const gram = [
      [5, 1, 2],
      [1, 4, 0.5],
      [2, 0.5, 6],
    ]
    const [small, large, b, B] = [15 / 3, 22 / 9, 10, 30]
    const { signal, noise } = noiseFromGram(gram, b)
    expect(signal).toBeCloseTo((B * large - b * small) / (B - b), 12)
    expect(noise).toBeCloseTo((small - large) / (1 / b - 1 / B), 12)
  })

  test('has no scale where the gradient is not seen, and no error with two batches', () => {
    expect(noiseFromGram([[1, -0.1], [-0.1, 1]], 8)).toMatchObject({ scale: null, standardError: null }) // prettier-ignore
    expect(noiseFromGram([[3, 1], [1, 3]], 10)).toEqual({ signal: 1, noise: 20, scale: 20, standardError: null }) // prettier-ignore
  })

  test('refuses what is no Gram matrix of several batches', () => {
    expect(() => noiseFromGram([[1]], 8)).toThrow('got 1 rows')
    expect(() => noiseFromGram([[1, 2], [1]], 8)).toThrow('square')
    expect(() => noiseFromGram([[1, 0], [0, 1]], 0)).toThrow('batchSize is 0') // prettier-ignore
  })
})

test('cosines of parallel, orthogonal, opposite and vanishing gradients', async () => {
  const vectors = [[1, 0], [2, 0], [0, 3], [-1, 0], [0, 0]].map(each => Float64Array.from(each)) // prettier-ignore
  const cosines = cosinesFromGram(await gramMatrix(vectors))
  expect(cosines).toEqual([1, 0, -1, null, 0, -1, null, 0, null, null])
})

test('gradients of different sizes are refused', async () => {
  await expect(gramMatrix([new Float64Array(2), new Float64Array(3)])).rejects.toThrow(
    'of 2 and of 3 entries',
  )
})
