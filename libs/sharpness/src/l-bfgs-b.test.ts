import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BoxFunction, boxProblems, rosenbrock } from '../test/box-problems.ts'
import { product } from '../test/dense-bfgs.ts'
import { lbfgsb } from './l-bfgs-b.ts'

const of = (...values: number[]) => Float64Array.from(values)
const wide = (size: number, width = Infinity) => ({
  lower: new Float64Array(size).fill(-width),
  upper: new Float64Array(size).fill(width),
})
const apart = (a: Float64Array, b: ArrayLike<number>) =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN))))

describe("goes SciPy's way", () => {
  // Beyond, roundings grow: two of 100 coordinates take 450 to 500 iterations, one of condition 10⁶ 800.
  const follows = 100
  const rows = boxProblems().flatMap(problem =>
    problem.runs
      .filter(run => run.iterations <= follows)
      .map(run => [problem.name, run.limit, problem, run] as const),
  )

  test.each(rows)('%s, at most %s iterations', async (_, limit, { f, start, box }, run) => {
    const found = await lbfgsb(f, start, box, { iterations: limit })
    expect(found.iterations).toBe(run.iterations)
    expect(found.evaluations).toBe(run.evaluations)
    expect(apart(found.x, run.x)).toBeLessThan(1e-8)
    expect(Math.abs(found.value - run.value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(run.value)))
    const ends = { GRADIENT: 'gradient', REDUCTION: 'decrease', ITERATIONS: 'iterations' } as const
    const [, word] = /(GRADIENT|REDUCTION|ITERATIONS)/.exec(run.message) ?? []
    // SciPy looks at its limit first: where the last iteration converges, it says that the limit is reached.
    if (found.projectedGradientNorm > 1e-5) expect(found.end).toBe(ends[word as keyof typeof ends])
  })

  const long = boxProblems().flatMap(problem =>
    problem.runs.filter(run => run.iterations > follows).map(run => [problem.name, problem, run] as const),
  )
  test.each(long)('%s: to the same minimum by hundreds of iterations', async (_, { f, start, box }, run) => {
    const found = await lbfgsb(f, start, box, { iterations: run.limit })
    expect(found.converged).toBe(true)
    // Each stops at its first decrease below 2e-9, some way from a minimum: measured 2e-6 apart at most.
    expect(Math.abs(found.value - run.value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(run.value)))
    expect(Math.abs(found.iterations / run.iterations - 1)).toBeLessThan(0.15)
  })
})

test('without bounds each step is along the two-loop recursion of L-BFGS', async () => {
  const memory = 3
  const points: Float64Array[] = [of(-1.2, 1, -1.2, 1, 0.5)]
  for (let k = 1; k <= 12; k++) {
    const [start = of()] = points
    points.push((await lbfgsb(rosenbrock, start, wide(5), { memory, iterations: k })).x)
  }
  const minus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - (b[i] ?? NaN))
  const gradients = points.map(point => rosenbrock(point).gradient)
  for (const [k, next] of points.entries()) {
    const [here, gradient] = [points[k - 1], gradients[k - 1]]
    if (here === undefined || gradient === undefined) continue
    const pairs = points.slice(0, k - 1).map((from, i) => ({
      s: minus(points[i + 1] ?? from, from),
      y: minus(gradients[i + 1] ?? from, gradients[i] ?? from),
    }))
    const direction = twoLoop(pairs.slice(-memory), gradient)
    const step = minus(next, here)
    const cosine = product(step, direction) / Math.sqrt(product(step, step) * product(direction, direction))
    expect(1 - cosine).toBeLessThan(1e-9)
  }
})

/** −H g (Nocedal and Wright, algorithm 7.4). */
function twoLoop(
  pairs: readonly { s: Float64Array; y: Float64Array }[],
  gradient: Float64Array,
): Float64Array {
  const q = gradient.slice()
  const add = (factor: number, v: Float64Array) => {
    v.forEach((value, i) => (q[i] = (q[i] ?? NaN) + factor * value))
  }
  const alphas = [...pairs].reverse().map(({ s, y }) => {
    const alpha = product(s, q) / product(s, y)
    add(-alpha, y)
    return alpha
  })
  const last = pairs.at(-1)
  const scale = last === undefined ? 1 : product(last.s, last.y) / product(last.y, last.y)
  q.forEach((value, i) => (q[i] = scale * value))
  pairs.forEach(({ s, y }, i) => {
    add((alphas[pairs.length - 1 - i] ?? NaN) - product(y, q) / product(s, y), s)
  })
  return q.map(value => -value)
}

const number = fc.double({ min: -5, max: 5, noNaN: true })
const numbers = (length: number) => fc.array(number, { minLength: length, maxLength: length })
/** Boxes of six, some sides of which have no width. */
const boxes = fc.tuple(numbers(6), numbers(6)).map(([centre, widths]) => ({
  lower: Float64Array.from(centre, (value, i) => value - Math.max(0, widths[i] ?? NaN)),
  upper: Float64Array.from(centre, (value, i) => value + Math.max(0, widths[i] ?? NaN)),
}))

describe('properties', () => {
  test('every point that is evaluated lies in the box, and the result is the lowest', async () => {
    await fc.assert(
      fc.asyncProperty(boxes, numbers(6), fc.integer({ min: 1, max: 30 }), async (box, start, iterations) => {
        const losses: number[] = []
        const f: BoxFunction = x => {
          x.forEach((value, i) => {
            expect(value).toBeGreaterThanOrEqual(box.lower[i] ?? NaN)
            expect(value).toBeLessThanOrEqual(box.upper[i] ?? NaN)
          })
          const found = rosenbrock(x)
          losses.push(found.loss)
          return found
        }
        const found = await lbfgsb(f, Float64Array.from(start), box, { iterations })
        expect(found.value).toBe(Math.min(...losses))
        expect(found.evaluations).toBe(losses.length)
        expect(found.value).toBe(rosenbrock(found.x).loss)
        expect([...found.gradient]).toEqual([...rosenbrock(found.x).gradient])
      }),
      { seed: 9 },
    )
  })

  test('of a separable convex function it finds the minimum of each coordinate, clamped', async () => {
    const weights = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 6, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(boxes, numbers(6), weights, numbers(6), async (box, start, weight, centre) => {
        // ½ w (x − c)² + ¼ (x − c)⁴
        const f: BoxFunction = x => {
          const terms = Array.from(x, (value, i) => [value - (centre[i] ?? NaN), weight[i] ?? NaN] as const)
          return {
            loss: terms.reduce((sum, [d, w]) => sum + (w * d * d) / 2 + d ** 4 / 4, 0),
            gradient: Float64Array.from(terms, ([d, w]) => w * d + d ** 3),
          }
        }
        const found = await lbfgsb(f, Float64Array.from(start), box, { gradientTolerance: 1e-9 })
        const clamped = centre.map((value, i) =>
          Math.min(Math.max(value, box.lower[i] ?? NaN), box.upper[i] ?? NaN),
        )
        expect(found.converged).toBe(true)
        // It may end on a decrease of 2e-9 parts of max(|f|, 1): with w ≥ 0.1, f's error e leaves √(2e / w).
        const tolerance = Math.sqrt((2 * 1e-7 * Math.max(1, found.value)) / 0.1)
        expect(apart(found.x, clamped)).toBeLessThan(tolerance)
      }),
      { seed: 10 },
    )
  })
})

test('coordinates whose bounds are equal keep their value', async () => {
  const box = { lower: of(-3, 0.25, -3), upper: of(3, 0.25, 3) }
  const { x, atBound, converged } = await lbfgsb(rosenbrock, of(0, 9, 0), box)
  expect(x[1]).toBe(0.25)
  expect(converged).toBe(true)
  expect(atBound).toBeCloseTo(1 / 3, 12)
})

test('a box of one point is its answer, without an iteration', async () => {
  const found = await lbfgsb(rosenbrock, of(3, 4), { lower: of(0, 2), upper: of(0, 2) })
  expect(found).toMatchObject({ iterations: 0, evaluations: 1, end: 'gradient', atBound: 1, value: 401 })
})

describe('where f is not finite', () => {
  test('it stays out, and finds the minimum beside', async () => {
    // −log(x) + x, undefined from 0 down; the first steps lead there.
    let undefinedPoints = 0
    const f: BoxFunction = ([a = NaN, b = NaN]) => {
      if (a <= 0 || b <= 0) undefinedPoints++
      if (a <= 0 || b <= 0) return { loss: NaN, gradient: of(NaN, NaN) }
      return { loss: a - Math.log(a) + 50 * (b - Math.log(b)), gradient: of(1 - 1 / a, 50 - 50 / b) }
    }
    const found = await lbfgsb(f, of(3, 4), wide(2, 100), { gradientTolerance: 1e-8 })
    expect(undefinedPoints).toBeGreaterThan(0)
    expect(found.converged).toBe(true)
    expect(apart(found.x, [1, 1])).toBeLessThan(1e-4)
  })

  test('−∞ is no success either', async () => {
    const f: BoxFunction = ([a = NaN]) =>
      a < 0 ? { loss: -Infinity, gradient: of(NaN) } : { loss: a * a, gradient: of(2 * a) }
    const found = await lbfgsb(f, of(1), wide(1, 10))
    expect(found.value).toBeGreaterThanOrEqual(0)
    expect(found.value).toBeLessThan(1e-4)
  })

  test('everywhere but at the start, the start is the answer, not converged', async () => {
    let first = true
    const f: BoxFunction = () => {
      const found = first ? { loss: 7, gradient: of(1, 2) } : { loss: NaN, gradient: of(NaN, NaN) }
      first = false
      return found
    }
    const found = await lbfgsb(f, of(0, 0), wide(2, 1))
    expect(found).toMatchObject({
      value: 7,
      end: 'line search',
      converged: false,
      iterations: 0,
      evaluations: 21,
    })
    expect([...found.x]).toEqual([0, 0])
  })
})

test('a search that fails drops the corrections, and goes on along the gradient', async () => {
  const points: Float64Array[] = []
  const f: BoxFunction = x => {
    points.push(x)
    // Twenty bad values after some iterations: a whole search.
    return points.length > 8 && points.length <= 28 ? { loss: NaN, gradient: of(NaN, NaN) } : rosenbrock(x)
  }
  const found = await lbfgsb(f, of(-1.2, 1), wide(2))
  expect(found.converged).toBe(true)
  expect(found.value).toBeLessThan(1e-8)
  const [here = of(), next = of()] = [points[7], points[28]]
  const { gradient } = rosenbrock(here)
  expect(
    apart(
      next,
      here.map((value, i) => value - (gradient[i] ?? NaN)),
    ),
  ).toBeLessThan(1e-12)
})

test('a gradient that points uphill ends it at its start', async () => {
  const f: BoxFunction = ([a = NaN]) => ({ loss: a * a, gradient: of(-2 * a) })
  const found = await lbfgsb(f, of(1), wide(1))
  expect(found).toMatchObject({ value: 1, end: 'line search', converged: false })
})

test('the lowest point that was evaluated is the answer, though a search has passed it by', async () => {
  // A narrow hole at the first step, whose slope there is as steep as before: the search goes on.
  const f: BoxFunction = ([a = NaN]) =>
    a === -1 ? { loss: -1000, gradient: of(1) } : { loss: (a + 5) ** 2 / 10, gradient: of((a + 5) / 5) }
  const found = await lbfgsb(f, of(0), wide(1))
  expect(found.value).toBe(-1000)
  expect([...found.x]).toEqual([-1])
  // Where the search has ended, not here.
  expect(found.end).toBe('gradient')
  expect(found.converged).toBe(false)
})

test('f may keep its argument and reuse its gradient', async () => {
  const shared = of(0, 0)
  const f: BoxFunction = x => {
    const { loss, gradient } = rosenbrock(x)
    shared.set(gradient)
    x.fill(NaN)
    return { loss, gradient: shared }
  }
  const expected = await lbfgsb(rosenbrock, of(-1.2, 1), wide(2, 2))
  const found = await lbfgsb(f, of(-1.2, 1), wide(2, 2))
  expect([...found.x]).toEqual([...expected.x])
})

test('the start is neither changed nor the result', async () => {
  const start = of(1, 1)
  const { x } = await lbfgsb(rosenbrock, start, wide(2))
  expect(x).not.toBe(start)
  expect([...start]).toEqual([1, 1])
})

test('an abort ends it before the next evaluation, with the reason', async () => {
  const controller = new AbortController()
  let evaluations = 0
  const f: BoxFunction = x => {
    if (++evaluations === 3) controller.abort(new Error('enough'))
    return rosenbrock(x)
  }
  await expect(lbfgsb(f, of(-1.2, 1), wide(2), { signal: controller.signal })).rejects.toThrow('enough')
  expect(evaluations).toBe(3)
})

test('progress is told after each iteration', async () => {
  const told: [number, number][] = []
  const onProgress = (done: number, total: number) => told.push([done, total])
  await lbfgsb(rosenbrock, of(-1.2, 1), wide(2), { iterations: 4, onProgress })
  expect(told).toEqual([1, 2, 3, 4].map(done => [done, 4]))
})

test('the result is frozen, f may be a promise, and 100 iterations are the limit', async () => {
  const start = Float64Array.from({ length: 100 }, () => 0.2)
  const found = await lbfgsb(x => Promise.resolve(rosenbrock(x)), start, wide(100))
  expect(Object.isFrozen(found)).toBe(true)
  expect(found).toMatchObject({ iterations: 100, end: 'iterations', converged: false, atBound: 0 })
})

describe('is refused', () => {
  const box = wide(2, 1)
  test.each([
    ['a start of other length', of(0), box, {}, 'the lower bound has 2 numbers; it must have 1'],
    [
      'an upper bound of other length',
      of(0, 0),
      { ...box, upper: of(1) },
      {},
      'the upper bound has 1 numbers; it must have 2',
    ],
    ['no coordinate', of(), wide(0), {}, 'the start has no numbers'],
    [
      'crossed bounds',
      of(0, 0),
      { lower: of(0, 2), upper: of(1, 1) },
      {},
      'the bounds at index 1 are 2 and 1',
    ],
    [
      'a bound NaN',
      of(0, 0),
      { lower: of(NaN, 0), upper: of(1, 1) },
      {},
      'the bounds at index 0 are NaN and 1',
    ],
    [
      'a lower bound ∞',
      of(0),
      { lower: of(Infinity), upper: of(Infinity) },
      {},
      'the bounds at index 0 are Infinity',
    ],
    [
      'an upper bound −∞',
      of(0),
      { lower: of(-Infinity), upper: of(-Infinity) },
      {},
      'the bounds at index 0 are -Infinity',
    ],
    ['a start NaN', of(0, NaN), box, {}, 'the start holds NaN at index 1'],
    ['an infinite start', of(-Infinity, 0), box, {}, 'the start holds -Infinity at index 0'],
    ['no iteration', of(0, 0), box, { iterations: 0 }, 'iterations is 0'],
    ['half an iteration', of(0, 0), box, { iterations: 1.5 }, 'iterations is 1.5'],
    ['no memory', of(0, 0), box, { memory: 0 }, 'memory is 0'],
    ['a negative tolerance', of(0, 0), box, { gradientTolerance: -1 }, 'gradientTolerance is -1'],
    ['a tolerance NaN', of(0, 0), box, { gradientTolerance: NaN }, 'gradientTolerance is NaN'],
  ])('%s', async (_, start, bounds, options, message) => {
    let evaluations = 0
    const f: BoxFunction = x => {
      evaluations++
      return rosenbrock(x)
    }
    const attempt = lbfgsb(f, start, bounds, options)
    await expect(attempt).rejects.toThrow(RangeError)
    await expect(attempt).rejects.toThrow(message)
    expect(evaluations).toBe(0)
  })

  test.each([
    [NaN, of(0, 0), 'the loss is NaN at the start'],
    [-Infinity, of(0, 0), 'the loss is -Infinity at the start'],
    [1, of(0, NaN), 'the gradient at the start holds NaN at index 1'],
    [1, of(0), 'the gradient has 1 numbers; it must have 2'],
  ])('a start with loss %s and gradient %s', async (loss, gradient, message) => {
    const attempt = lbfgsb(() => ({ loss, gradient }), of(0, 0), box)
    await expect(attempt).rejects.toThrow(RangeError)
    await expect(attempt).rejects.toThrow(message)
  })
})
