import { gradients, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import { linearise } from './linearise.ts'

beforeAll(async () => {
  await useBackend('native')
})

const made: { dispose: () => void }[] = []
beforeEach(() => {
  tf.engine().startScope()
})
afterEach(() => {
  for (const each of made.splice(0)) each.dispose()
  tf.engine().endScope()
})

/** Disposed of after the test. */
function ended<T extends { dispose: () => void }>(each: T): T {
  made.push(each)
  return each
}

const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]
const vector = (...values: number[]): tf.Tensor => tf.tensor1d(values)

describe('a linear map', () => {
  /** tanh(a) v, and how often it was run. */
  const scaled = () => {
    const runs = { count: 0 }
    const work = (a: tf.Tensor, v: tf.Tensor): tf.Tensor => {
      runs.count++
      return tf.tidy(() => a.tanh().mul(v))
    }
    return { runs, product: ended(linearise(work)) }
  }
  const expected = (a: number, v: number): unknown => [expect.closeTo(Math.tanh(a) * v, 6)]

  test('runs what does not depend on v once a point, and the work twice a signature', () => {
    const { runs, product } = scaled()
    const [one, two] = [product.at(vector(1)), product.at(vector(2))]
    for (let i = 0; i < 6; i++) {
      expect(numbers(one.apply(vector(i)))).toEqual(expected(1, i))
      expect(numbers(two.apply(vector(i)))).toEqual(expected(2, i))
    }
    expect(runs.count).toBe(2)
    expect([one.heldBytes, two.heldBytes]).toEqual([4, 4])
    one.dispose()
    expect([one.heldBytes, two.heldBytes]).toEqual([0, 4])
    expect(numbers(two.apply(vector(3)))).toEqual(expected(2, 3))
  })

  test('is right after a variable of the point, or from outside, was assigned', () => {
    const [a, outside] = [1, 2].map(value => tf.variable<tf.Rank>(vector(value)))
    if (a === undefined || outside === undefined) expect.fail()
    const product = ended(linearise((at: tf.Tensor, v: tf.Tensor) => at.tanh().mul(outside.square()).mul(v)))
    const map = product.at(a)
    for (let i = 1; i < 9; i++) {
      if (i % 3 === 0) a.assign(vector(i))
      if (i % 4 === 0) outside.assign(vector(i))
      const [x = 0, y = 0] = [a, outside].flatMap(numbers)
      expect(numbers(map.apply(vector(10)))).toEqual([expect.closeTo(Math.tanh(x) * y * y * 10, 4)])
    }
    tf.dispose([a, outside])
  })

  test('stays at its point when the list of tensors changes', () => {
    const at = [vector(1)]
    const map = ended(linearise(([a]: readonly tf.Tensor[], v: tf.Tensor) => v.mul(a ?? 0))).at(at)
    at[0] = vector(100)
    for (let i = 0; i < 4; i++) expect(numbers(map.apply(vector(2)))).toEqual([2])
  })

  test('takes and gives structures; a tensor may be at and v at the same time', () => {
    const product = ended(
      linearise(({ a }: { a: tf.Tensor }, v: { x: tf.Tensor }) => ({
        sum: a.mul(v.x),
        none: undefined,
        list: [v.x.neg()],
      })),
    )
    const a = vector(3)
    const map = product.at({ a })
    for (let i = 0; i < 4; i++) {
      const { sum, list } = map.apply({ x: a })
      expect([sum, ...list].map(numbers)).toEqual([[9], [-3]])
      expect(numbers(map.apply({ x: vector(2) }).sum)).toEqual([6])
    }
  })

  test('results that do not depend on v, or on the point, are the caller’s each time', () => {
    const product = ended(
      linearise((a: tf.Tensor, v: tf.Tensor) => [a.square(), v.neg(), tf.ones([2]), tf.add(1, 1), a.mul(v)]),
    )
    const map = product.at(vector(3))
    for (let i = 1; i < 6; i++) {
      const results = map.apply(vector(i))
      expect(results.map(numbers)).toEqual([[9], [-i], [1, 1], [2], [3 * i]])
      tf.dispose(results)
    }
    const empty = ended(linearise<tf.Tensor, tf.Tensor, tf.Tensor>(a => a.square())).at(vector(4))
    for (let i = 0; i < 5; i++) expect(numbers(empty.apply(vector(i)))).toEqual([16])
    const nothing = ended(linearise<tf.Tensor, tf.Tensor, null>(() => null)).at(vector(4))
    for (let i = 0; i < 5; i++) expect(nothing.apply(vector(i))).toBeNull()
  })

  test('holds through a scope that ends', () => {
    const { product } = scaled()
    const map = product.at(vector(1))
    for (let i = 0; i < 5; i++) {
      expect(tf.tidy(() => numbers(map.apply(vector(i))))).toEqual(expected(1, i))
    }
  })

  test('has no leak in 300 applies at 30 points, and none after dispose', () => {
    const { product } = scaled()
    const a = tf.variable<tf.Rank>(vector(0))
    const apply = (): void => {
      const map = product.at(a)
      for (let i = 0; i < 10; i++) {
        const v = vector(i)
        const result = map.apply(v)
        if (i === 5) a.assign(v)
        tf.dispose([v, result])
      }
      map.dispose()
    }
    apply()
    const before = tf.memory().numTensors
    for (let i = 0; i < 30; i++) apply()
    expect(tf.memory().numTensors).toBe(before)
    const map = product.at(a)
    map.apply(vector(1)).dispose()
    const open = tf.memory().numTensors
    product.dispose()
    expect(tf.memory().numTensors).toBe(open - 1)
    a.dispose()
  })

  test('works inside a gradient, in a compiled function and on another backend', async () => {
    const { runs, product } = scaled()
    const a = vector(1)
    const map = product.at(a)
    for (let i = 0; i < 3; i++) map.apply(vector(i))
    const { gradients: slopes } = gradients(([v]) => map.apply(v ?? a).sum(), [vector(2)])
    expect(slopes.map(numbers)).toEqual([expected(1, 1)])
    const compiled = ended(compile((v: tf.Tensor) => map.apply(v).square()))
    for (let i = 0; i < 4; i++)
      expect(numbers(compiled(vector(i)))).toEqual([expect.closeTo((Math.tanh(1) * i) ** 2, 5)])
    expect(runs.count).toBe(5)
    await useBackend('wasm')
    expect(numbers(product.at(vector(2)).apply(vector(3)))).toEqual(expected(2, 3))
    await useBackend('native')
  })
})

describe('refuses', () => {
  test('a map after dispose, and maps of a disposed function; a later point starts anew', () => {
    const product = ended(linearise((a: tf.Tensor, v: tf.Tensor) => a.mul(v)))
    const [one, two] = [product.at(vector(1)), product.at(vector(2))]
    one.dispose()
    expect(() => one.apply(vector(1))).toThrow('the linear map was disposed of: make another by at(…)')
    product.dispose()
    expect(() => two.apply(vector(1))).toThrow('disposed of, with the function that it is of: make another')
    expect(numbers(product.at(vector(3)).apply(vector(2)))).toEqual([6])
  })

  test('disposed tensors, of the point and of v', () => {
    const product = ended(linearise((a: tf.Tensor, v: tf.Tensor) => a.mul(v)))
    const [a, v] = [vector(1), vector(2)]
    const map = product.at(a)
    v.dispose()
    expect(() => map.apply(v)).toThrow('a linear map was given a disposed tensor')
    a.dispose()
    expect(() => map.apply(vector(1))).toThrow('a tensor of the point of a linear map was disposed of')
  })

  test('what is no tensor', () => {
    const product = linearise((a: tf.Tensor, v: tf.Tensor) => a.mul(v))
    expect(() => product.at(3 as unknown as tf.Tensor)).toThrow(TypeError)
    expect(() => product.at(vector(1)).apply(3 as unknown as tf.Tensor)).toThrow(TypeError)
  })

  test('a work whose second run is another, with its line', () => {
    let factor = 1
    const map = ended(linearise((a: tf.Tensor, v: tf.Tensor) => a.mul(v).mul(factor++))).at(vector(1))
    map.apply(vector(1))
    map.apply(vector(1))
    expect(() => map.apply(vector(1))).toThrow(/linearise\.test\.ts:\d+: .* uses other numbers/)
  })

  test('a number that changes seldom, at a check', () => {
    let factor = 1
    const map = ended(linearise((a: tf.Tensor, v: tf.Tensor) => a.mul(v).mul(factor))).at(vector(1))
    for (let i = 0; i < 5; i++) map.apply(vector(1))
    factor = 2
    for (let i = 5; i < 15; i++) map.apply(vector(1))
    expect(() => map.apply(vector(1))).toThrow(/linearise\.test\.ts:\d+: .* uses other numbers/)
  })

  test('a work that assigns a variable', () => {
    const w = tf.variable(vector(1), true, 'w of linearise')
    const map = ended(
      linearise((a: tf.Tensor, v: tf.Tensor) => {
        w.assign(a.clone())
        return a.mul(v)
      }),
    ).at(vector(1))
    map.apply(vector(1))
    expect(() => map.apply(vector(1))).toThrow("a linear function assigned the variable 'w of linearise'")
    w.dispose()
  })
})

describe('what is held', () => {
  const heldBytes = (work: (a: tf.Tensor, v: tf.Tensor) => tf.Tensor, a: tf.Tensor, v: tf.Tensor): number => {
    const map = ended(linearise(work)).at(a)
    const results = [1, 2, 3].map(() => numbers(map.apply(v)))
    expect(results[2]).toEqual(results[0])
    return map.heldBytes
  }

  test('are no other shapes and no repetitions of something else', () => {
    const [a, v] = [tf.ones([4, 2]).mul(3), tf.ones([100, 8])]
    const shaped = (a: tf.Tensor, v: tf.Tensor): tf.Tensor => v.mul(a.reshape([1, 8]))
    expect(heldBytes(shaped, a, v)).toBe(0)
    const repeated = (a: tf.Tensor, v: tf.Tensor): tf.Tensor =>
      tf.maximum(v, a.sqrt().reshape([1, 8]).tile([100, 1])).add(tf.fill([100, 8], 7))
    expect(heldBytes(repeated, a, v)).toBe(32)
  })

  test.each<[what: string, change: (y: tf.Tensor) => tf.Tensor, bytes: number]>([
    ['1 − y²', y => tf.sub(1, y.square()), 12],
    ['three cheap operations', y => y.square().square().square(), 12],
    ['four, which are held', y => y.square().square().square().square(), 24],
    ['no cheap one, which is held', y => y.exp(), 24],
    ['one on two that are not cheap, which is held', y => y.exp().sub(y.cos()), 24],
    ['one between other shapes', y => y.reshape([3, 1]).neg().reshape([3]), 12],
  ])('beside y: %s', (_, change, bytes) => {
    const work = (a: tf.Tensor, v: tf.Tensor): tf.Tensor => {
      const y = a.tanh()
      return v.mul(y.reshape([3])).add(v.mul(change(y)))
    }
    expect(heldBytes(work, vector(0.1, 0.2, 0.3), vector(4, 5, 6))).toBe(bytes)
  })

  test('are no ones, by which the gradients of sums are multiplied', () => {
    const [a, v] = [vector(1, 2, 3), vector(4, 5, 6)]
    const slope = (a: tf.Tensor, v: tf.Tensor): tf.Tensor =>
      tf.tidy(() => tf.grad(p => p.tanh().mul(v).sum())(a))
    expect(heldBytes(slope, a, v)).toBe(12)
  })
})

test('explains its graphs, of which it keeps 32', () => {
  const product = ended(linearise((a: tf.Tensor, v: tf.Tensor) => a.tanh().mul(v)))
  const first = product.at(tf.ones([1]))
  for (let i = 0; i < 3; i++) first.apply(tf.ones([1]))
  expect(first.heldBytes).toBe(4)
  const [explained] = product.explain()
  expect(explained?.operations).toEqual({ Placeholder: 2, Tanh: 1, Mul: 1 })
  for (let size = 2; size <= 33; size++) product.at(tf.ones([size])).apply(tf.ones([size]))
  expect(product.explain()).toHaveLength(32)
  expect(first.heldBytes).toBe(0)
  expect(numbers(first.apply(tf.ones([1])))).toEqual([expect.closeTo(Math.tanh(1), 6)])
})
