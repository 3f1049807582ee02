import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { adam } from './adam.ts'
import { perturbed, type PerturbedOptions } from './perturbed.ts'
import { initialState, type Rule } from './rule.ts'
import { sgd } from './sgd.ts'

beforeAll(async () => {
  await useBackend('cpu')
})

/** The parameters after one update at a step; gradients of zeros are critical points. */
function after(rule: Rule, step: number, gradients: readonly number[][]): number[][] {
  return tf.tidy(() => {
    const g = gradients.map(each => tf.tensor1d([...each]))
    const theta = g.map(each => tf.onesLike(each))
    const inputs = { learningRate: tf.scalar(0.1), step: tf.scalar(step) }
    const { parameters } = rule.update(theta, g, initialState(rule, theta), inputs)
    return parameters.map(each => [...each.dataSync()])
  })
}

const ZEROS = [
  [0, 0],
  [0, 0, 0],
]
const options = { gradientThreshold: 1e-3, radius: 0.5, wait: 1 }
const push = (step: number, more: Partial<PerturbedOptions> = {}): number[] =>
  after(perturbed(sgd(), { ...options, ...more }), step, ZEROS)
    .flat()
    .map(x => x - 1)

test('where the gradient is not small, it is its base bit for bit', () => {
  const gradients = [[0.3, -0.2], [0.1, 0.7, 0]] // prettier-ignore
  for (const base of [sgd(), adam()])
    expect(after(perturbed(base, options), 1, gradients)).toEqual(after(base, 1, gradients))
})

test('pushes are uniform in the ball: their length to the n-th power is uniform, and no direction is preferred', () => {
  const draws = 500
  const pushes = Array.from({ length: draws }, (_, i) => push(i + 1))
  const powers = pushes.map(each => (Math.hypot(...each) / 0.5) ** 5)
  expect(Math.max(...powers)).toBeLessThanOrEqual(1 + 1e-5)
  const mean = powers.reduce((a, b) => a + b, 0) / draws
  // Three standard errors; that of a uniform number is 1/√12, that of a coordinate r/√(n + 2).
  expect(Math.abs(mean - 0.5)).toBeLessThan((3 * Math.sqrt(1 / 12)) / Math.sqrt(draws))
  for (let i = 0; i < 5; i++) {
    const along = pushes.reduce((sum, each) => sum + (each[i] ?? NaN), 0) / draws
    const squares = pushes.reduce((sum, each) => sum + (each[i] ?? NaN) ** 2, 0) / draws
    expect(Math.abs(along)).toBeLessThan((3 * 0.5) / Math.sqrt(7) / Math.sqrt(draws))
    expect(Math.abs(squares / (0.25 / 7) - 1)).toBeLessThan(0.2)
  }
})

test('they come at multiples of wait, and follow from seed and step', () => {
  const isPushed = (step: number) => push(step, { wait: 4 }).some(x => x !== 0)
  expect([1, 2, 3, 4, 5, 8].map(isPushed)).toEqual([false, false, false, true, false, true])
  expect(push(3)).toEqual(push(3))
  expect(push(3)).not.toEqual(push(4))
  expect(push(3)).not.toEqual(push(3, { seed: 1 }))
})
