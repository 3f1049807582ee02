import * as tf from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import { tensorScope } from '../test/tensor-scope.ts'
import { atPoint, evaluateLoss } from './evaluate.ts'
import { findCriticalPoints } from './find-critical-points.ts'
import { gaussianFieldIndices } from './gaussian-field-indices.ts'
import { gaussianField } from './gaussian-field.ts'
import type { Objective } from './objective.ts'

await tensorScope()

test('the field has mean 0, variance 1 and covariance exp(−r²/2)', async () => {
  const points = [0, 1, 2].map(r => Float64Array.of(r, 0))
  const fields = Array.from({ length: 400 }, (_, seed) => gaussianField({ dimension: 2, waves: 30, seed }))
  const values = await Promise.all(
    fields.map(field => Promise.all(points.map(point => atPoint(field, point, at => evaluateLoss(at))))),
  )
  const mean = (of: (at: number[]) => number): number =>
    values.reduce((sum, at) => sum + of(at), 0) / values.length
  const error = 3 / Math.sqrt(values.length)
  for (const i of [0, 1, 2]) {
    expect(Math.abs(mean(at => at[i] ?? NaN))).toBeLessThan(error)
    const covariance = mean(at => (at[0] ?? NaN) * (at[i] ?? NaN))
    // A product of two normal numbers has a variance of at most 2.
    expect(Math.abs(covariance - Math.exp(-(i ** 2) / 2))).toBeLessThan(Math.SQRT2 * error)
  }
})

test('its critical points are found, each with the sign of its second derivative', async () => {
  const field = gaussianField({ dimension: 1, waves: 30, seed: 1 })
  const { points } = await findCriticalPoints(field, { starts: 10, spread: 10 })
  const value = (x: number): Promise<number> => atPoint(field, Float64Array.of(x), at => evaluateLoss(at))
  const kinds = new Set<string>()
  // Others end at an inflection, where |L′| has a minimum.
  const found = points.filter(({ ended }) => ended === 'converged')
  expect(found.length).toBeGreaterThan(4)
  for (const { parameters, loss, point } of found) {
    kinds.add(point.kind)
    const x = parameters[0] ?? NaN
    const beside = ((await value(x - 0.1)) + (await value(x + 0.1))) / 2
    expect(Math.sign(beside - loss)).toBe(point.kind === 'minimum' ? 1 : -1)
  }
  expect(kinds).toEqual(new Set(['minimum', 'maximum']))
})

test.each([
  [1, 1 / 2],
  [2, 1 / 4],
  [3, (29 - 6 * Math.sqrt(6)) / 116],
])('theory: in %i dimensions a share of %f are minima', (dimension, share) => {
  const shares = gaussianFieldIndices({ dimension, draws: 20_000, seed: 2 })
  expect(shares.map(({ index }) => index)).toEqual(Array.from({ length: dimension + 1 }, (_, i) => i))
  const [lowest] = shares
  const highest = shares.at(-1)
  for (const end of [lowest, highest]) {
    expect(end?.standardError).toBeLessThan(0.01)
    expect(Math.abs((end?.share ?? NaN) - share)).toBeLessThan(3 * (end?.standardError ?? NaN))
  }
  expect(shares.reduce((sum, at) => sum + at.share, 0)).toBeCloseTo(1, 12)
})

test('theory: minima lie low, maxima high; in one dimension at ∓√(π/6)', () => {
  // There L″ ~ N(0, 3) weighted by |L″|, and L = −L″/3 on average.
  const [minimum, maximum] = gaussianFieldIndices({ dimension: 1, draws: 20_000, seed: 3 })
  expect(minimum?.meanValue).toBeCloseTo(-Math.sqrt(Math.PI / 6), 1)
  expect(maximum?.meanValue).toBeCloseTo(Math.sqrt(Math.PI / 6), 1)
  const values = gaussianFieldIndices({ dimension: 3, draws: 20_000, seed: 3 }).map(at => at.meanValue)
  expect(values).toEqual([...values].sort((a, b) => a - b))
})

test('theory: the standard error is that of repeated estimates', () => {
  const runs = Array.from(
    { length: 100 },
    (_, seed) => gaussianFieldIndices({ dimension: 2, draws: 500, seed })[0],
  )
  const shares = runs.map(run => run?.share ?? NaN)
  const mean = shares.reduce((a, b) => a + b) / shares.length
  const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length)
  // The deviation of 100 numbers is itself sure to 7 %.
  expect(deviation / (runs[0]?.standardError ?? NaN)).toBeGreaterThan(0.75)
  expect(deviation / (runs[0]?.standardError ?? NaN)).toBeLessThan(1.3)
})

test('it keeps no tensor but its parameters', async () => {
  const before = tf.memory().numTensors
  const field = gaussianField({ dimension: 2, waves: 5 })
  expect(tf.memory().numTensors - before).toBe(1)
  await evaluateLoss(field)
  expect(tf.memory().numTensors - before).toBe(1)
  // What is made within a tidy is gone after it, the parameters too if they are not kept.
  const within: Objective[] = []
  tf.tidy(() => {
    const made = gaussianField({ dimension: 2, waves: 5 })
    made.parameters.forEach(parameter => tf.keep(parameter))
    within.push(made)
  })
  for (const made of within) expect(await evaluateLoss(made)).toBe(await evaluateLoss(field))
  expect(within).toHaveLength(1)
})

test('theory: an index that no draw had has no standard error', () => {
  const shares = gaussianFieldIndices({ dimension: 6, draws: 2 })
  const unseen = shares.filter(({ share }) => share === 0)
  expect(unseen.length).toBeGreaterThan(3)
  for (const { standardError, meanValue } of unseen) expect([standardError, meanValue]).toEqual([NaN, NaN])
  for (const { share, standardError } of shares) expect(Number.isFinite(standardError)).toBe(share > 0)
})

test('what they refuse', () => {
  expect(() => gaussianField({ dimension: 0, waves: 1 })).toThrow('dimension is 0')
  expect(() => gaussianField({ dimension: 1, waves: 0 })).toThrow('waves is 0')
  expect(() => gaussianField({ dimension: 1, waves: 1, seed: -1 })).toThrow('seed is -1')
  expect(() => gaussianFieldIndices({ dimension: 0, draws: 10 })).toThrow('dimension is 0')
  expect(() => gaussianFieldIndices({ dimension: 1, draws: 1 })).toThrow('draws is 1')
  expect(() => gaussianFieldIndices({ dimension: 1, draws: 10, seed: 0.5 })).toThrow('seed is 0.5')
})
