import { evaluateLoss, functionObjective } from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { diagonal, quadratic } from '../test/quadratic.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { samSharpness } from './sam-sharpness.ts'

await tensorScope()

/** What float32 leaves of a value. */
const close = (value: number, expected: number, relative = 1e-4) => {
  expect(Math.abs(value - expected)).toBeLessThan(relative * Math.abs(expected))
}

const entry = fc.double({ min: -1, max: 1, noNaN: true })
/** B Bᵀ + a diagonal, so that the largest eigenvalue stands alone. */
const positive = fc
  .array(fc.array(entry, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 })
  .map(rows => new Matrix(rows))
  .map(b => b.mmul(b.transpose()).add(Matrix.diag([0, 1, 2, 8])))

test('at the minimum of a quadratic it is ½ λmax ρ², on the sphere', async () => {
  await fc.assert(
    fc.asyncProperty(positive, fc.double({ min: 0.01, max: 10, noNaN: true }), async (matrix, rho) => {
      const largest = Math.max(...new EigenvalueDecomposition(matrix).realEigenvalues)
      const found = await samSharpness(quadratic(matrix.to2DArray(), [0, 0, 0, 0]), { rho })
      close(found.value, (largest * rho ** 2) / 2)
      close(found.distance, rho, 1e-9)
      expect(found.loss).toBe(0)
    }),
    { seed: 1, numRuns: 20 },
  )
})

test('at a saddle the steeper way down does not count', async () => {
  const { value, distance } = await samSharpness(quadratic(diagonal([1, -4, 0.2]), [0, 0, 0]), { rho: 0.3 })
  close(value, 0.3 ** 2 / 2, 1e-3)
  close(distance, 0.3, 1e-3)
})

/** The maximum of ½ Σ aᵢ xᵢ² on the sphere about θ: δᵢ = aᵢ θᵢ / (μ − aᵢ), with μ > max aᵢ so that ‖δ‖ = ρ. */
function onSphere(a: readonly number[], theta: readonly number[], rho: number): number {
  const step = (mu: number): number[] => a.map((each, i) => (each * (theta[i] ?? NaN)) / (mu - each))
  let [low, high] = [Math.max(...a), Math.max(...a) + 1e6]
  for (let i = 0; i < 200; i++) {
    const mu = (low + high) / 2
    if (Math.hypot(...step(mu)) > rho) low = mu
    else high = mu
  }
  const loss = (x: readonly number[]): number =>
    x.reduce((sum, each, i) => sum + ((a[i] ?? NaN) * each ** 2) / 2, 0)
  return loss(theta.map((each, i) => each + (step(high)[i] ?? NaN))) - loss(theta)
}

test.each([
  [[1, 2, 3], 0.5],
  [[1, 2, 3], 5],
  [[9, 0.1, 0.1], 1],
  [[-1, 2, 3], 0.5],
])('of curvatures %j away from the minimum it is the largest on the sphere of radius %s', async (a, rho) => {
  const theta = [0.3, -1, 0.5]
  const { value } = await samSharpness(quadratic(diagonal(a), theta), { rho, steps: 40 })
  close(value, onSphere(a, theta, rho), 1e-3)
})

test('a direction in which the slope is 0 is seen too', async () => {
  const { value } = await samSharpness(quadratic(diagonal([100, 1]), [0, 1]), { rho: 1 })
  close(value, onSphere([100, 1], [1e-9, 1], 1), 1e-3)
})

test('a maximum inside of the ball is found, and its distance told', async () => {
  const objective = functionObjective([tf.scalar(0)], ([x]) => x.sub(0.125).square().neg())
  const { value, distance } = await samSharpness(objective, { rho: 1 })
  close(value, 0.125 ** 2, 1e-3)
  close(distance, 0.125, 0.05)
})

test('at a maximum it is 0, at a distance of 0', async () => {
  const found = await samSharpness(quadratic(diagonal([-1, -2]), [0, 0]))
  expect(found).toMatchObject({ value: 0, distance: 0, loss: 0, rho: 0.05 })
})

const rosenbrock = ([x, y]: [tf.Tensor, tf.Tensor]) =>
  tf.sub(1, x).square().add(y.sub(x.square()).square().mul(100))

test('without steps it is the first-order point’s, with them never less, and never below 0', async () => {
  const near = fc.double({ min: -2, max: 2, noNaN: true })
  await fc.assert(
    fc.asyncProperty(near, near, fc.double({ min: 0.01, max: 1, noNaN: true }), async (x, y, rho) => {
      const objective = functionObjective([tf.scalar(x), tf.scalar(y)], rosenbrock)
      const first = await samSharpness(objective, { rho, steps: 0 })
      const more = await samSharpness(objective, { rho, steps: 5 })
      const slope = [2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)] as const
      const length = rho / Math.hypot(...slope)
      const there = functionObjective(
        [tf.scalar(x + length * slope[0]), tf.scalar(y + length * slope[1])],
        rosenbrock,
      )
      const expected = Math.max(0, (await evaluateLoss(there)) - (await evaluateLoss(objective)))
      expect(Math.abs(first.value - expected)).toBeLessThan(1e-4 * (first.loss + expected))
      expect(first.evaluations).toBe(2)
      expect(more.value).toBeGreaterThanOrEqual(first.value)
      expect(more.distance).toBeLessThan(rho * (1 + 1e-9))
    }),
    { seed: 2, numRuns: 30 },
  )
})

test('it is off by no more than its rounding where the loss is large', async () => {
  const objective = functionObjective([tf.scalar(0)], ([x]) => x.square().add(1000))
  const { value, rounding } = await samSharpness(objective, { rho: 0.1 })
  expect(value).not.toBe(0.01)
  expect(Math.abs(value - 0.01)).toBeLessThan(rounding)
  expect(rounding).toBeLessThan(0.001)
})

test('the gradient of a tiny loss is not lost', async () => {
  const { value } = await samSharpness(quadratic(diagonal([1e-30]), [1]), { rho: 1 })
  close(value, 1.5e-30)
})

test('it is fixed by its seed, and frozen', async () => {
  const objective = quadratic(diagonal([2, 1.9, 1.8]), [0, 0, 0])
  const found = await samSharpness(objective, { steps: 1 })
  expect(await samSharpness(objective, { steps: 1 })).toEqual(found)
  expect((await samSharpness(objective, { steps: 1, seed: 1 })).value).not.toBe(found.value)
  expect(found).toMatchObject({ seed: 0, evaluations: 9 })
  expect(Object.isFrozen(found)).toBe(true)
})

test.each([
  [{ rho: 0 }, 'rho is 0; it must be a positive finite number'],
  [{ rho: NaN }, 'rho is NaN'],
  [{ steps: -1 }, 'steps is -1'],
  [{ steps: 0.5 }, 'steps is 0.5'],
  [{ seed: -1 }, 'seed is -1; it must be an integer from 0 to 4294967295'],
])('%j is refused before any work', async (options, message) => {
  const unread = functionObjective([tf.scalar(0)], () => {
    throw new Error('worked')
  })
  await expect(samSharpness(unread, options)).rejects.toThrow(RangeError)
  await expect(samSharpness(unread, options)).rejects.toThrow(message)
})

test('a loss that is not finite is refused: at θ, and in the ball', async () => {
  const at = (x: number) => functionObjective([tf.scalar(x)], ([theta]) => tf.log(theta).neg())
  await expect(samSharpness(at(-1))).rejects.toThrow('The loss at the parameters is NaN; it must be finite')
  await expect(samSharpness(at(0.5), { rho: 1 })).rejects.toThrow(
    'at a point of the neighbourhood with rho 1; it must be finite everywhere in it: take a smaller rho',
  )
  close((await samSharpness(at(0.5), { rho: 0.25 })).value, Math.log(2))
})
