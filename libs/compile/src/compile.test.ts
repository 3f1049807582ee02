import { gradients, useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { compile, type Compiled } from './compile.ts'

beforeAll(async () => {
  await useBackend('native')
})

const made: { dispose: () => void }[] = []
afterEach(() => {
  for (const each of made.splice(0)) each.dispose()
})

/** Compiles, and disposes after the test. */
const compiled: typeof compile = (work, options) => {
  const result = compile(work, options)
  made.push(result)
  return result
}

const numbers = (tensor: tf.Tensor): number[] => [...tensor.dataSync()]
const vector = (...values: number[]): tf.Tensor1D => tf.tensor1d(values)

test('gives what the function gives, and runs it twice', () => {
  let runs = 0
  const f = compiled((x: tf.Tensor, rate: tf.Tensor) => {
    runs++
    return x.sub(x.square().mul(rate))
  })
  const results = [1, 2, 3, 4, 5].map(i => numbers(f(vector(i, 2 * i), tf.scalar(0.5))))
  expect(results).toEqual([1, 2, 3, 4, 5].map(i => [i - i * i * 0.5, 2 * i - 2 * i * i]))
  expect(runs).toBe(2)
})

test('takes and gives lists and records', () => {
  const f = compiled(({ a, b }: { a: tf.Tensor; b: readonly tf.Tensor[] }) => ({
    sum: tf.addN([a, ...b]),
    parts: [a.neg(), undefined],
  }))
  for (let i = 0; i < 4; i++) {
    const { sum, parts } = f({ a: tf.scalar(i), b: [tf.scalar(10), tf.scalar(20)] })
    expect(numbers(sum)).toEqual([30 + i])
    expect(parts.map(part => part && numbers(part))).toEqual([[-i], undefined])
  }
})

describe('a signature', () => {
  test('each shape and type has a graph of its own', () => {
    const f = compiled((x: tf.Tensor) => x.mul(x).sum())
    for (let turn = 0; turn < 3; turn++) {
      expect(numbers(f(vector(1, 2)))).toEqual([5])
      expect(numbers(f(vector(1, 2, 3)))).toEqual([14])
      expect(numbers(f(tf.ones([2, 3])))).toEqual([6])
      expect(f(tf.tensor1d([1, 2], 'int32')).dtype).toBe('int32')
    }
  })

  test('which argument is which is never taken from their numbers: the same tensor twice, then two', () => {
    const f = compiled((a: tf.Tensor, b: tf.Tensor) => a.sub(b))
    const x = vector(3)
    for (let i = 0; i < 3; i++) expect(numbers(f(x, x))).toEqual([0])
    expect(numbers(f(x, vector(1)))).toEqual([2])
  })

  test('a tensor that was both given and used from outside stays what it was outside', () => {
    const outside = vector(10)
    const f = compiled((a: tf.Tensor) => a.add(outside))
    for (let i = 0; i < 3; i++) expect(numbers(f(outside))).toEqual([20])
    expect(numbers(f(vector(1)))).toEqual([11])
  })

  test('the one that was used least recently is forgotten', () => {
    let runs = 0
    const f = compiled(
      (x: tf.Tensor) => {
        runs++
        return x.square()
      },
      { signatures: 2 },
    )
    const call = (size: number): unknown => f(tf.ones([size]))
    for (const size of [1, 1, 1, 2, 2, 2]) call(size)
    expect(runs).toBe(4)
    call(1)
    call(3)
    expect(runs).toBe(5)
    call(1)
    expect(runs).toBe(5)
    call(2)
    expect(runs).toBe(6)
  })
})

describe('variables', () => {
  test('are read at each call', () => {
    const w = tf.variable(vector(1))
    const f = compiled((x: tf.Tensor) => x.mul(w))
    for (let i = 1; i < 5; i++) {
      w.assign(vector(i))
      expect(numbers(f(vector(2)))).toEqual([2 * i])
    }
    w.dispose()
  })

  test('are assigned', () => {
    const w = tf.variable(vector(1))
    const f = compiled((x: tf.Tensor) => {
      w.assign(tf.add(w, x))
    })
    for (let i = 0; i < 5; i++) f(vector(2))
    expect(numbers(w)).toEqual([11])
    w.dispose()
  })

  test('given as arguments are told apart', () => {
    const [a, b] = [tf.variable(vector(1)), tf.variable(vector(100))]
    const f = compiled((w: tf.Variable) => {
      w.assign(w.add(vector(1)))
    })
    for (let i = 0; i < 4; i++) {
      f(a)
      f(b)
    }
    expect([...numbers(a), ...numbers(b)]).toEqual([5, 104])
    tf.dispose([a, b])
  })

  test('an optimiser that makes its state in the first step is traced from the second on', () => {
    const w = [tf.variable(vector(1, 2)), tf.variable(vector(1, 2))]
    const adam = [tf.train.adam(0.1), tf.train.adam(0.1)]
    const step = (i: number) => (): void => {
      adam[i]?.minimize(() => (w[i] ?? tf.scalar(0)).square().sum(), false, w[i] && [w[i]])
    }
    const [eager, fast] = [step(0), compiled(step(1))]
    for (let i = 0; i < 10; i++) {
      eager()
      fast()
    }
    const [expected = [], got = []] = w.map(numbers)
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] ?? NaN, 6)
    })
    tf.dispose(w)
    for (const each of adam) each.dispose()
  })
})

describe('data that several share', () => {
  test('two variables made of one tensor', () => {
    const z = vector(1, 1)
    const [a, b] = [tf.variable(z), tf.variable(z)]
    const f = compiled((x: tf.Tensor) => x.add(a).sub(b))
    for (let i = 0; i < 3; i++) expect(numbers(f(vector(0, 0)))).toEqual([0, 0])
    a.assign(vector(5, 6))
    expect(numbers(f(vector(0, 0)))).toEqual([4, 5])
    tf.dispose([a, b])
  })

  test('a variable and the tensor that it was made of', () => {
    const start = vector(1, 2)
    const w = tf.variable(start)
    const distance = compiled((w: tf.Variable) => w.sub(start).square().sum())
    for (let i = 0; i < 3; i++) expect(numbers(distance(w))).toEqual([0])
    w.assign(vector(4, 6))
    expect(numbers(distance(w))).toEqual([25])
    w.dispose()
  })
})

test('a tensor that is made in the first call and kept', () => {
  let mask: tf.Tensor | undefined
  const f = compiled((x: tf.Tensor) => x.mul((mask ??= tf.keep(vector(1, 0)))))
  for (let i = 1; i < 6; i++) expect(numbers(f(vector(i, i)))).toEqual([i, 0])
})

test('a variable that is made at a late call', () => {
  const w = tf.variable(vector(0))
  const made: tf.Variable[] = []
  let calls = 0
  const f = compiled((x: tf.Tensor) => {
    if (++calls === 3) made.push(tf.variable(vector(100)))
    w.assign(w.add(vector(1)))
    return made.length > 0 ? x.add(made[0] ?? x) : x.neg()
  })
  const results = Array.from({ length: 40 }, () => numbers(f(vector(1)))[0])
  // The 16th call is the first check.
  expect(results).toEqual([...Array<number>(15).fill(-1), ...Array<number>(25).fill(101)])
  expect(numbers(w)).toEqual([40])
  tf.dispose([w, ...made])
})

test('arguments that are nothing, or empty, are told apart', () => {
  const nothing = compiled((x: tf.Tensor, m?: null) => x.mul(m === undefined ? 2 : 3))
  const empty = compiled((x: tf.Tensor, m: [] | Record<string, never>) => x.mul(Array.isArray(m) ? 2 : 3))
  for (let i = 0; i < 3; i++) {
    expect([nothing(vector(1)), nothing(vector(1), null)].flatMap(numbers)).toEqual([2, 3])
    expect([empty(vector(1), []), empty(vector(1), {})].flatMap(numbers)).toEqual([2, 3])
  }
})

test('the accuracy of a batch: the mean of what is no float', () => {
  const accuracy = compiled((z: tf.Tensor2D, y: tf.Tensor2D) => z.argMax(1).equal(y.argMax(1)).mean())
  const y = tf.tensor2d([
    [1, 0],
    [0, 1],
  ])
  for (let i = 0; i < 4; i++)
    expect(
      numbers(
        accuracy(
          tf.tensor2d([
            [2, 1],
            [2, 1],
          ]),
          y,
        ),
      ),
    ).toEqual([0.5])
})

test('rows of a table by indices that are given', () => {
  const f = compiled((table: tf.Tensor2D, rows: tf.Tensor1D) => tf.gather(table, rows))
  const table = tf.tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  for (const i of [0, 1, 2, 1])
    expect(numbers(f(table, tf.tensor1d([i], 'int32')))).toEqual([2 * i + 1, 2 * i + 2])
  expect(() => f(table, tf.tensor1d([3], 'int32'))).toThrow(/compile\.test\.ts:\d+: .*not in \[0, 3\)/s)
})

describe('what would be fixed is refused, with its line', () => {
  const third = <A extends tf.Tensor>(f: (x: A) => unknown, x: A): void => {
    for (let i = 0; i < 3; i++) f(x)
  }

  test('a number that changes', () => {
    let rate = 0
    const f = compiled((x: tf.Tensor) => x.mul(tf.scalar(++rate)))
    expect(() => {
      third(f, vector(1))
    }).toThrow(/compile\.test\.ts:\d+: a compiled function uses other numbers.*as a tensor/)
  })

  test('a number that changes late is found in the end', () => {
    let calls = 0
    let rate = 1
    const f = compiled((x: tf.Tensor) => x.mul(tf.scalar(rate)))
    expect(() => {
      while (calls++ < 300) {
        if (calls === 100) rate = 2
        f(vector(1)).dispose()
      }
    }).toThrow('uses other numbers')
    expect(calls).toBe(256)
  })

  test('random numbers', () => {
    const f = compiled((x: tf.Tensor) => x.mul(tf.randomNormal([1])))
    expect(() => {
      third(f, vector(1))
    }).toThrow('uses other numbers')
  })

  test('operations whose result depends on more than their inputs', () => {
    const f = compiled((x: tf.Tensor2D) => tf.multinomial(x, 3))
    expect(() => f(tf.zeros([1, 4]))).toThrow(/compile\.test\.ts:\d+: .*used 'Multinomial'/)
  })

  test('reading a tensor', () => {
    const f = compiled((x: tf.Tensor) => (numbers(x.sum()).length > 1 ? x : x.neg()))
    expect(() => f(vector(1))).toThrow(/compile\.test\.ts:\d+: .*read the numbers of a tensor/)
  })

  test('another branch', () => {
    let calls = 0
    const f = compiled((x: tf.Tensor) => (++calls === 2 ? x.neg() : x.exp()))
    expect(() => {
      third(f, vector(1))
    }).toThrow(/compile\.test\.ts:\d+: a compiled function runs other operations/)
  })

  test('another tensor from outside', () => {
    let outside = vector(1)
    const f = compiled((x: tf.Tensor) => x.mul(outside))
    for (let i = 0; i < 2; i++) f(vector(1))
    expect(() => {
      for (let i = 0; i < 20; i++) {
        outside = vector(2)
        f(vector(1))
      }
    }).toThrow(/compile\.test\.ts:\d+: a compiled function uses another tensor from outside.*as an argument/)
  })

  test('arguments and results that are no tensors', () => {
    const f = compiled(((x: tf.Tensor) => x) as unknown as (x: readonly tf.Tensor[]) => tf.Tensor)
    expect(() => f([3 as unknown as tf.Tensor])).toThrow(/\[0\]\[0\] is a number.*tf\.scalar/)
    const g = compiled((() => Promise.resolve(1)) as unknown as () => tf.Tensor)
    expect(() => g()).toThrow('another object')
  })

  test('an argument, a variable or a tensor from outside as the result', () => {
    const [outside, w] = [vector(1), tf.variable(vector(1))]
    for (const work of [(x: tf.Tensor) => x, () => w, () => outside]) {
      expect(() => compiled(work)(vector(1))).toThrow('return x.clone()')
    }
    w.dispose()
  })

  test('after a check has refused, nothing wrong runs', () => {
    let rate = 1
    const f = compiled((x: tf.Tensor) => x.mul(tf.scalar(rate)))
    const results = Array.from({ length: 20 }, (_, i) => {
      if (i === 10) rate = 2
      try {
        return numbers(f(vector(1)))[0]
      } catch {
        return 'refused'
      }
    })
    expect(results.slice(15)).toEqual(['refused', 2, 2, 2, 2])
  })

  test('a run that throws is no second one: what changed meanwhile is found', () => {
    let runs = 0
    const f = compiled((x: tf.Tensor) => {
      if (++runs === 2) throw new Error('once')
      return x.mul(tf.scalar(runs))
    })
    f(vector(1))
    expect(() => f(vector(1))).toThrow('once')
    expect(() => {
      third(f, vector(1))
    }).toThrow('uses other numbers')
    expect(runs).toBe(3)
  })

  test('assigning another variable', () => {
    const w = [tf.variable(vector(1)), tf.variable(vector(1))]
    let calls = 0
    const f = compiled((x: tf.Tensor) => {
      w[calls++ % 2]?.assign(x.mul(2))
    })
    expect(() => {
      third(f, vector(1))
    }).toThrow('assigns other variables')
    tf.dispose(w)
  })

  test('returning another structure', () => {
    let calls = 0
    const f = compiled((x: tf.Tensor) =>
      ++calls % 2 ? { a: x.neg(), b: x.exp() } : { b: x.neg(), a: x.exp() },
    )
    expect(() => {
      third(f, vector(1))
    }).toThrow('returns something else')
  })

  test('an attribute that JSON does not tell apart', () => {
    const slopes = [Infinity, NaN, Infinity]
    const f = compiled((x: tf.Tensor) => tf.leakyRelu(x, slopes.pop()))
    expect(() => {
      third(f, vector(-1))
    }).toThrow('runs other operations')
  })

  test('operations whose result has a shape that numbers decide', () => {
    const f = compiled((x: tf.Tensor1D) => tf.unique(x).values)
    expect(() => f(vector(1, 1))).toThrow(/compile\.test\.ts:\d+: .*'UniqueV2', the shape of whose result/)
  })

  test('an asynchronous function, without a rejection that nobody hears', () => {
    const f = compiled(async (x: tf.Tensor) => {
      await Promise.resolve()
      throw new Error(x.dtype)
    })
    expect(() => f(vector(1))).toThrow(TypeError)
  })

  test('a disposed argument', () => {
    const x = vector(1)
    x.dispose()
    expect(() => compiled((x: tf.Tensor) => x.neg())(x)).toThrow('was given a disposed tensor')
  })

  test.each([0, -1, 1.5, NaN])('signatures: %s', signatures => {
    expect(() => compile((x: tf.Tensor) => x.neg(), { signatures })).toThrow(RangeError)
  })
})

test('a tensor from outside that is gone is refused, with its line', () => {
  const outside = vector(5)
  const f = compiled((x: tf.Tensor) => x.mul(outside))
  for (let i = 0; i < 2; i++) f(vector(1))
  outside.dispose()
  expect(() => f(vector(2))).toThrow(
    /compile\.test\.ts:\d+: a tensor from outside.* was disposed of: keep it/,
  )
})

test('inside a gradient it runs as it is, and is differentiated', () => {
  const f = compiled((x: tf.Tensor) => x.square().sum())
  for (let i = 0; i < 3; i++) f(vector(1, 2))
  const { gradients: g } = gradients(([x]) => f(x ?? tf.scalar(0)), [vector(1, 2)])
  expect(g.map(numbers)).toEqual([[2, 4]])
})

test('inside another compiled function it becomes part of that', () => {
  const inner = compiled((x: tf.Tensor) => x.add(vector(1)))
  const outer = compiled((x: tf.Tensor) => inner(inner(x)))
  for (let i = 0; i < 4; i++) expect(numbers(outer(vector(i)))).toEqual([i + 2])
})

test('a gradient inside it is taken', () => {
  const f = compiled((x: tf.Tensor) => gradients(([at]) => (at ?? x).pow(3).sum(), [x]).gradients)
  for (let i = 0; i < 4; i++) expect(f(vector(i)).map(numbers)).toEqual([[3 * i * i]])
})

describe('nothing is left behind', () => {
  const count = (f: Compiled<[tf.Tensor], tf.Tensor>, x: tf.Tensor, calls: number): void => {
    for (let i = 0; i < calls; i++) f(x).dispose()
  }

  test('by calls, nor by disposing', () => {
    const outside = vector(1, 2)
    const x = vector(3, 4)
    const before = tf.memory().numTensors
    const f = compile((x: tf.Tensor) => tf.tidy(() => x.mul(outside).exp()))
    count(f, x, 2)
    count(f, x, 1000)
    f.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  test('by a call that throws', () => {
    const outside = vector(1, 2)
    const x = vector(3, 4)
    const before = tf.memory().numTensors
    const f = compile((x: tf.Tensor) =>
      tf.tidy(() => {
        const y = x.mul(outside)
        y.dataSync()
        return y
      }),
    )
    expect(() => f(x)).toThrow('read the numbers')
    f.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
