import { describe, expect, test } from 'vitest'
import { distance, inFloat32, laplacian, matrixWithSpectrum } from '../test/matrices.ts'
import { conjugateGradients } from './conjugate-gradients.ts'
import { diagonalMatrix } from './diagonal-matrix.ts'
import { randomVectors } from './random-vectors.ts'
import { scaledBy } from './scaled-by.ts'
import { dot, norm } from './vectors.ts'

const ones = (size: number): Float64Array => new Float64Array(size).fill(1)

describe('conjugateGradients', () => {
  test('solves the Laplacian: x is the parabola i (n + 1 − i) / 2', async () => {
    const found = await conjugateGradients(laplacian(50), ones(50), { tolerance: 1e-12 })
    const parabola = Array.from({ length: 50 }, (_, i) => ((i + 1) * (50 - i)) / 2)
    expect(found.outcome).toBe('converged')
    expect(distance(Array.from(found.solution), parabola)).toBeLessThan(1e-10)
    expect(found.residualNorm).toBeLessThan(1e-10)
    expect(found.products).toBe(found.iterations + 1)
  })

  test('needs as many steps as there are distinct eigenvalues', async () => {
    const operator = matrixWithSpectrum([1, 1, 1, 4, 4, 9, 9, 9], 1)
    const found = await conjugateGradients(operator, randomVectors(8, 1).normal(), { tolerance: 1e-10 })
    expect(found).toMatchObject({ outcome: 'converged', iterations: 3 })
  })

  test('finds negative curvature and gives its direction, downhill', async () => {
    const operator = matrixWithSpectrum([-1, 1, 2, 3, 4, 5], 2)
    const b = randomVectors(6, 1).normal()
    const found = await conjugateGradients(operator, b, { tolerance: 1e-10 })
    if (found.outcome !== 'negative curvature') throw new Error(found.outcome)
    const { direction, curvature } = found
    expect(norm(direction)).toBeCloseTo(1, 14)
    expect(dot(direction, await operator.apply(direction))).toBeCloseTo(curvature, 12)
    expect(curvature).toBeLessThan(0)
    expect(dot(direction, b)).toBeGreaterThan(0)
    expect(Object.isFrozen(found)).toBe(true)
  })

  test('at once, the solution is 0', async () => {
    const found = await conjugateGradients(scaledBy(-1, laplacian(3)), Float64Array.of(3, 0, 4))
    expect(found).toMatchObject({
      outcome: 'negative curvature',
      iterations: 0,
      products: 1,
      residualNorm: 5,
    })
    expect(Array.from(found.solution)).toEqual([0, 0, 0])
  })

  test.each([
    ['zero operator', diagonalMatrix([0, 0])],
    ['curvature within float32', inFloat32(diagonalMatrix([1, 1e-8]))],
    ['negative curvature within float32', inFloat32(diagonalMatrix([1, -1e-8]))],
  ])('%s: no curvature, not a wrong sign', async (_, operator) => {
    const found = await conjugateGradients(operator, Float64Array.of(1, 1), { tolerance: 1e-10 })
    expect(found.outcome).toBe('no curvature')
  })

  test('a singular but consistent system converges', async () => {
    const found = await conjugateGradients(diagonalMatrix([1, 2, 0]), Float64Array.of(1, 2, 0))
    expect(found.outcome).toBe('converged')
    expect(distance(Array.from(found.solution), [1, 1, 0])).toBeLessThan(1e-14)
  })

  test('out of iterations says so, with the true residual', async () => {
    const found = await conjugateGradients(laplacian(50), ones(50), { maxIterations: 5 })
    expect(found).toMatchObject({ outcome: 'iterations exhausted', iterations: 5, products: 6 })
    const image = await laplacian(50).apply(found.solution)
    expect(found.residualNorm).toBeCloseTo(norm(image.map(value => 1 - value)), 12)
  })

  test('a zero right-hand side has the solution 0; size 1 takes one step', async () => {
    expect(await conjugateGradients(laplacian(3), new Float64Array(3))).toMatchObject({
      outcome: 'converged',
      residualNorm: 0,
      products: 0,
    })
    const one = await conjugateGradients(diagonalMatrix([4]), Float64Array.of(8))
    expect(one).toMatchObject({ outcome: 'converged', iterations: 1 })
    expect(one.solution[0]).toBe(2)
  })

  test('float32 products reach the default tolerance', async () => {
    const found = await conjugateGradients(inFloat32(matrixWithSpectrum([1, 2, 5, 10, 100], 3)), ones(5), {
      maxIterations: 20,
    })
    expect(found.outcome).toBe('converged')
    expect(found.residualNorm).toBeLessThan(2e-4 * Math.sqrt(5))
  })

  test.each([1e-12, 1e12])('A and b scaled by %s have the same solution', async scale => {
    const operator = matrixWithSpectrum([1, 2, 5, 10], 4)
    const plain = await conjugateGradients(operator, ones(4), { tolerance: 1e-8 })
    const scaled = await conjugateGradients(
      scaledBy(scale, operator),
      ones(4).map(x => scale * x),
      { tolerance: 1e-8 },
    )
    expect(distance(Array.from(scaled.solution), Array.from(plain.solution))).toBeLessThan(1e-13)
    expect(scaled.iterations).toBe(plain.iterations)
  })

  test.each([
    [ones(2), {}, 'b has 2 numbers; it must have 3'],
    [Float64Array.of(1, NaN, 1), {}, 'b holds NaN at index 1'],
    [ones(3), { tolerance: 0 }, 'tolerance is 0'],
    [ones(3), { maxIterations: 0 }, 'maxIterations is 0'],
  ])('%s, %o is refused', async (b, options, message) => {
    await expect(conjugateGradients(laplacian(3), b, options)).rejects.toThrow(message)
  })
})
