import { functionObjective } from '@flatland/hessian'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { diagonal, quadratic } from '../test/quadratic.ts'
import { tensorScope } from '../test/tensor-scope.ts'
import { adaptiveSharpness, type AdaptiveSharpnessOptions } from './adaptive-sharpness.ts'

await tensorScope()

const close = (value: number, expected: number, relative = 1e-4) => {
  expect(Math.abs(value - expected)).toBeLessThan(relative * Math.abs(expected))
}
const number = fc.double({ min: 0.1, max: 3, noNaN: true })
const three = fc.array(number, { minLength: 3, maxLength: 3 })
const signed = fc.array(
  fc.oneof(
    number,
    number.map(x => -x),
  ),
  { minLength: 3, maxLength: 3 },
)

test('p = ∞, separable: every number goes outward to its own bound', async () => {
  await fc.assert(
    fc.asyncProperty(three, signed, number, async (a, theta, rho) => {
      const { value, distance } = await adaptiveSharpness(quadratic(diagonal(a), theta), {
        rho,
        norm: 'infinity',
      })
      const at0 = a.reduce((sum, each, i) => sum + (each * (theta[i] ?? NaN) ** 2) / 2, 0)
      close(value, at0 * ((1 + rho) ** 2 - 1))
      close(distance, rho, 1e-9)
    }),
    { seed: 3, numRuns: 20 },
  )
})

test('p = ∞, at the minimum: ½ ρ² Σ aᵢ θᵢ²', async () => {
  const theta = [1, -2, 0.5]
  const { value } = await adaptiveSharpness(quadratic(diagonal([1, 2, 3]), theta, theta), {
    rho: 0.1,
    norm: 'infinity',
  })
  close(value, (0.01 * (1 + 8 + 0.75)) / 2)
})

test('p = 2, at the minimum: ½ ρ² λmax(T A T)', async () => {
  const [rows, theta] = [
    [
      [2, 1, 0.5],
      [1, 3, -1],
      [0.5, -1, 1],
    ],
    [1, -0.3, 2],
  ]
  const size = Matrix.diag(theta.map(Math.abs))
  const scaled = size.mmul(new Matrix(rows)).mmul(size)
  const largest = Math.max(...new EigenvalueDecomposition(scaled).realEigenvalues)
  const { value } = await adaptiveSharpness(quadratic(rows, theta, theta), { rho: 0.5 })
  close(value, (0.25 * largest) / 2)
})

test('p = 2, first-order point: ρ T² g / ‖T g‖', async () => {
  const [a, theta, rho] = [[1, 2], [3, -1], 0.2]
  const { value } = await adaptiveSharpness(quadratic(diagonal(a), theta), { rho, steps: 0 })
  const steep = Math.hypot(9, 2)
  const [x, y] = [3 + (rho * 9 * 3) / steep, -1 - (rho * 2) / steep]
  close(value, (x ** 2 + 2 * y ** 2) / 2 - (9 + 2) / 2)
})

test('the floor is added to |θ|', async () => {
  const { value } = await adaptiveSharpness(quadratic(diagonal([1, 3]), [0, -1]), {
    rho: 0.1,
    norm: 'infinity',
    floor: 2,
  })
  close(value, (0.2 ** 2 + 3 * (1.3 ** 2 - 1)) / 2)
})

test('without a floor what is 0 stays 0', async () => {
  const { value } = await adaptiveSharpness(quadratic(diagonal([1e6, 2]), [0, 1]), { rho: 0.1 })
  close(value, 1.1 ** 2 - 1)
})

test.each([2, 'infinity'] as const)(
  'p = %s: the same whatever the units of θ, as long as there is no floor',
  async norm => {
    await fc.assert(
      fc.asyncProperty(three, signed, three, async (a, theta, units) => {
        const [from, to] = [
          quadratic(diagonal(a), theta),
          quadratic(
            diagonal(a.map((each, i) => each / (units[i] ?? NaN) ** 2)),
            theta.map((each, i) => each * (units[i] ?? NaN)),
          ),
        ]
        const options = { rho: 0.3, norm, steps: 3 }
        close(
          (await adaptiveSharpness(to, options)).value,
          (await adaptiveSharpness(from, options)).value,
          1e-3,
        )
      }),
      { seed: 4, numRuns: 20 },
    )
    const floored = { rho: 0.3, norm, floor: 1 }
    const [one, ten] = [quadratic(diagonal([1]), [1]), quadratic(diagonal([0.01]), [10])]
    const ratio =
      (await adaptiveSharpness(ten, floored)).value / (await adaptiveSharpness(one, floored)).value
    expect(ratio).toBeLessThan(0.6)
  },
)

test.each<[options: AdaptiveSharpnessOptions, message: string]>([
  [{ rho: -1 }, 'rho is -1; it must be a positive finite number'],
  [{ rho: 1, norm: Infinity as unknown as 2 }, "norm is Infinity; it must be 2 or 'infinity'"],
  [{ rho: 1, floor: -1 }, 'floor is -1; it must be a finite number of at least 0'],
  [{ rho: 1, floor: NaN }, 'floor is NaN'],
  [{ rho: 1, steps: -1 }, 'steps is -1'],
  [{ rho: 1, seed: 2 ** 32 }, 'seed is 4294967296'],
])('%j is refused before any work', async (options, message) => {
  const unread = functionObjective([tf.scalar(1)], () => {
    throw new Error('worked')
  })
  await expect(adaptiveSharpness(unread, options)).rejects.toThrow(RangeError)
  await expect(adaptiveSharpness(unread, options)).rejects.toThrow(message)
})

test('parameters that are all 0 have no neighbourhood in proportion', async () => {
  const objective = quadratic(diagonal([1, 1]), [0, 0])
  await expect(adaptiveSharpness(objective, { rho: 1 })).rejects.toThrow('All parameters are 0')
  close((await adaptiveSharpness(objective, { rho: 1, floor: 1 })).value, 0.5)
})
