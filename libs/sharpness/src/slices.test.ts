import { classification, functionObjective } from '@flatland/hessian'
import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { extremeEigenvalues } from './extreme-eigenvalues.ts'
import { filterNormalisedDirection, filterNormalisedPlane } from './filter-normalised.ts'
import { lossAndAccuracy } from './loss-and-accuracy.ts'
import { curvedPath, straightPath } from './paths.ts'
import { dot } from './plane.ts'
import { planeThrough } from './plane-through.ts'
import { alongPath, equallySpaced, overPlane } from './slices.ts'

beforeAll(async () => {
  await useBackend('auto')
})

const vector = (size: number) =>
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: size, maxLength: size })
    .map(values => Float64Array.from(values))
const near = (a: Float64Array, b: Float64Array) => {
  expect(Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? NaN))))).toBeLessThan(1e-9)
}

describe('paths', () => {
  test('both have their ends at 0 and 1', () => {
    fc.assert(
      fc.property(vector(4), vector(4), (a, b) => {
        for (const path of [straightPath(a, b), curvedPath(a, b)]) {
          near(path(0), a)
          near(path(1), b)
        }
      }),
      { seed: 1 },
    )
  })

  test('the straight one goes on beyond its ends; the curved one keeps the norm between two orthogonal ends of one norm', () => {
    const [a, b] = [Float64Array.of(3, 0), Float64Array.of(0, 3)]
    expect([...straightPath(a, b)(2)]).toEqual([-3, 6])
    for (const alpha of [0.1, 0.5, 0.8]) expect(Math.hypot(...curvedPath(a, b)(alpha))).toBeCloseTo(3, 12)
    expect(Math.hypot(...straightPath(a, b)(0.5))).toBeCloseTo(3 / Math.SQRT2, 12)
  })

  test('ends of two sizes are refused', () => {
    expect(() => straightPath(Float64Array.of(1), Float64Array.of(1, 2))).toThrow(
      'the end of the path has 2 numbers; it must have 1',
    )
  })
})

describe('planes', () => {
  test('through three points: they are in it, at distances as they are', () => {
    fc.assert(
      fc.property(vector(5), vector(5), vector(5), (a, b, c) => {
        const [u, v] = [b.map((x, i) => x - (a[i] ?? 0)), c.map((x, i) => x - (a[i] ?? 0))]
        const area = dot(u, u) * dot(v, v) - dot(u, v) ** 2
        fc.pre(area > 1e-3)
        const plane = planeThrough(a, b, c)
        expect(Math.abs(dot(...plane.directions))).toBeLessThan(1e-9)
        for (const point of [a, b, c]) near(plane.point(...plane.project(point)), point)
        const [x, y] = plane.project(c)
        expect(Math.abs(Math.hypot(x, y) - Math.sqrt(dot(v, v)))).toBeLessThan(1e-9)
      }),
      { seed: 2 },
    )
  })

  test.each([
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    [
      [0, 0],
      [0, 0],
      [2, 2],
    ],
    [
      [1, 1],
      [2, 2],
      [1, 1],
    ],
  ])('through %j, %j and %j there is none', (...points) => {
    const [a, b, c] = points.map(point => Float64Array.from(point)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    expect(() => planeThrough(a, b, c)).toThrow('they span no plane')
  })

  test('a filter-normalised direction has the norm of each filter, and 0 for biases', () => {
    const shapes = [[2, 2, 3, 4], [4], [16, 3], [3]]
    const size = 48 + 4 + 48 + 3
    fc.assert(
      fc.property(vector(size), fc.nat(1000), (theta, seed) => {
        const direction = filterNormalisedDirection({ theta, shapes, seed })
        const norm = (x: Float64Array, from: number, count: number, filters: number, filter: number) =>
          Math.hypot(...x.subarray(from, from + count).filter((_, i) => i % filters === filter))
        for (const [from, count, filters] of [
          [0, 48, 4],
          [52, 48, 3],
        ] as const)
          for (let filter = 0; filter < filters; filter++)
            expect(
              Math.abs(
                norm(direction, from, count, filters, filter) - norm(theta, from, count, filters, filter),
              ),
            ).toBeLessThan(1e-9)
        expect([...direction.subarray(48, 52), ...direction.subarray(100)].every(x => x === 0)).toBe(true)
      }),
      { seed: 3 },
    )
  })

  test('scaling a filter scales its part of the direction, and leaves the rest', () => {
    const theta = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i + 1))
    const direction = (at: Float64Array) =>
      filterNormalisedDirection({ theta: at, shapes: [[4, 3]], seed: 5 })
    const scaled = direction(theta.map((x, i) => (i % 3 === 1 ? 10 * x : x)))
    near(
      scaled,
      direction(theta).map((x, i) => (i % 3 === 1 ? 10 * x : x)),
    )
  })

  test('the plane of two of them has orthogonal axes and the network at its origin', () => {
    const theta = Float64Array.from({ length: 60 }, (_, i) => Math.cos(i))
    const plane = filterNormalisedPlane({ theta, shapes: [[20, 3]], seed: 2 })
    expect(Math.abs(dot(...plane.directions))).toBeLessThan(1e-9)
    expect(plane.project(theta)).toEqual([0, 0])
    near(Float64Array.from(plane.project(plane.point(0.5, -2))), Float64Array.of(0.5, -2))
  })

  test('a network without filters, or of other shapes, has none', () => {
    expect(() => filterNormalisedPlane({ theta: Float64Array.of(1, 2), shapes: [[2]], seed: 0 })).toThrow(
      'no tensor of θ has filters',
    )
    expect(() => filterNormalisedDirection({ theta: Float64Array.of(1), shapes: [[2]], seed: 0 })).toThrow(
      'θ has 1 numbers; it must have 2',
    )
  })
})

describe('what is measured along a slice', () => {
  test('rows come in the order of the grid, and progress counts them', async () => {
    const plane = planeThrough(Float64Array.of(0, 0), Float64Array.of(1, 0), Float64Array.of(0, 1))
    const told: number[] = []
    const rows = await overPlane(
      plane,
      { a: [0, 1], b: [-1, 2] },
      theta => ({ sum: (theta[0] ?? 0) + 10 * (theta[1] ?? 0) }),
      { onProgress: done => told.push(done) },
    )
    expect(rows).toEqual([
      { a: 0, b: -1, sum: -10 },
      { a: 1, b: -1, sum: -9 },
      { a: 0, b: 2, sum: 20 },
      { a: 1, b: 2, sum: 21 },
    ])
    expect(told).toEqual([1, 2, 3, 4])
  })

  test('a signal ends it between two points, and a coordinate that is not finite is refused first', async () => {
    const controller = new AbortController()
    let calls = 0
    const measure = () => {
      if (++calls === 2) controller.abort(new Error('enough'))
      return { calls }
    }
    const path = straightPath(Float64Array.of(0), Float64Array.of(1))
    await expect(alongPath(path, [0, 1, 2, 3], measure, { signal: controller.signal })).rejects.toThrow(
      'enough',
    )
    expect(calls).toBe(2)
    await expect(alongPath(path, [0, NaN], measure)).rejects.toThrow('a point of the slice has alpha = NaN')
    expect(calls).toBe(2)
  })

  test.each([1, 2.5, NaN])('%d equally spaced numbers are refused', count => {
    expect(() => equallySpaced(0, 1, count)).toThrow(`the count is ${count}`)
  })

  test('loss and accuracy of a classifier along a line, by hand; its own θ stays, and no tensor', async () => {
    const w = tf.variable(
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
    )
    const objective = classification({
      parameters: [w],
      logits: ([at], x) => tf.matMul(x, at ?? x),
      classes: 2,
      inputs: tf.tensor2d([
        [1, 0],
        [0, 1],
        [2, 0],
      ]),
      labels: [0, 1, 0],
    })
    const identity = Float64Array.of(1, 0, 0, 1)
    const path = (scale: number) => identity.map(x => scale * x)
    const measure = lossAndAccuracy(objective, { batchSize: 2 })
    await alongPath(path, [1, 1, 1], measure)
    const tensors = tf.memory().numTensors
    const rows = await alongPath(path, [-1, 0.5, 3], measure)
    expect(tf.memory().numTensors).toBe(tensors)
    const softplus = (z: number) => Math.log(1 + Math.exp(-z))
    for (const { alpha, loss, accuracy } of rows) {
      expect(loss).toBeCloseTo((2 * softplus(alpha) + softplus(2 * alpha)) / 3, 5)
      expect(accuracy).toBeCloseTo(alpha > 0 ? 1 : 0, 6)
    }
    expect([...w.dataSync()]).toEqual([1, 0, 0, 1])
  })

  test('extreme eigenvalues over a plane: those of ¼(a⁴ + b⁴) − ½b² are 3a² and 3b² − 1', async () => {
    const objective = functionObjective([tf.tensor1d([0, 0])], ([w]) => {
      const square = w.square()
      return square
        .square()
        .div(4)
        .sub(square.mul(tf.tensor1d([0, 0.5])))
        .sum()
    })
    const plane = planeThrough(Float64Array.of(0, 0), Float64Array.of(1, 0), Float64Array.of(0, 1))
    const rows = await overPlane(plane, { a: [1, 2], b: [0, 2] }, extremeEigenvalues(objective))
    for (const { a, b, smallest, largest, errorBound } of rows) {
      const both = [3 * a ** 2, 3 * b ** 2 - 1]
      expect(Math.abs(largest - Math.max(...both))).toBeLessThan(1e-4 + errorBound)
      expect(Math.abs(smallest - Math.min(...both))).toBeLessThan(1e-4 + errorBound)
      expect(errorBound).toBeLessThan(1e-3)
    }
  })
})
