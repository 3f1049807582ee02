import { describe, expect, test } from 'vitest'
import { differenceOf } from './difference-of.ts'
import { examplesOf, runExample } from './doc-examples.ts'

describe('what an example states', () => {
  const stated = (code: string) => runExample({ file: '', code }, {})

  test('is a value beside an expression or a declaration, not prose', async () => {
    expect(await stated('1 + 1 // 3')).toEqual([{ actual: 2, value: 3, tolerance: 1e-6 }])
    expect(await stated('const { a } = { a: [−1] } // [−1]'.replace('[−1]', '[-1]'))).toMatchObject([
      { actual: [-1], value: [-1] },
    ])
    expect(await stated('1 / 3 // 0.33: a third')).toMatchObject([{ value: 0.33, tolerance: 0.00501 }])
    expect(await stated('1 + 1 // two\n// 2')).toEqual([])
  })

  test('is not found when the example fails', async () => {
    await expect(stated('missing // 2')).rejects.toThrow('missing is not defined')
  })
})

describe('a difference', () => {
  const of = (actual: unknown, value: unknown) => differenceOf({ actual, value, tolerance: 0.01 })

  test('is none within the tolerance, also in arrays, typed arrays and tensors', () => {
    expect(of(1.009, 1)).toBeUndefined()
    expect(of([1, [2.001]], [1, [2]])).toBeUndefined()
    expect(of(Float32Array.of(1, 2), [1, 2])).toBeUndefined()
    expect(of({ arraySync: () => [3] }, [3])).toBeUndefined()
    expect(of('a', 'a')).toBeUndefined()
    expect(of({ a: null }, { a: null })).toBeUndefined()
  })

  test.each([
    [1.02, 1, '1.02 instead of 1'],
    [NaN, 1, 'NaN instead of 1'],
    ['1', 1, '1 instead of 1'],
    [[1, 2], [1], '2 items instead of 1'],
    [undefined, [1], '0 items instead of 1'],
    [[1, 3], [1, 2], '3 instead of 2'],
    [{ a: 1 }, { a: 2 }, '{"a":1} instead of {"a":2}'],
    [true, false, 'true instead of false'],
  ])('%j beside %j is told: %s', (actual, value, difference) => {
    expect(of(actual, value)).toBe(difference)
  })
})

test('an example is what follows @example, up to the next tag', () => {
  const [example] = examplesOf(new URL('example-fixture.txt', import.meta.url))
  expect(example).toEqual({ file: 'example-fixture.txt', code: 'const a = 1\n\na // 1\n' })
})
