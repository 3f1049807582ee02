import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { notJson } from './not-json.ts'

test('what JSON gives back as it was has nothing against it', () => {
  const data = fc
    .jsonValue({ noUnicodeString: false })
    .map(value => JSON.parse(JSON.stringify(value)) as unknown)
  fc.assert(
    fc.property(data, value => {
      expect(notJson('it', value)).toBeUndefined()
    }),
    { seed: 1, numRuns: 200 },
  )
})

test('data of another realm is as good, and so are objects without a prototype, and −0', () => {
  expect(notJson('it', runInNewContext('({ a: [1, { b: null }] })'))).toBeUndefined()
  expect(notJson('it', Object.assign(Object.create(null), { a: 1 }))).toBeUndefined()
  expect(notJson('it', [-0, true, 'é'])).toBeUndefined()
  const shared = { a: 1 }
  expect(notJson('it', [shared, shared])).toBeUndefined()
})

class Point {
  readonly x = 1
}
const circle: Record<string, unknown> = {}
circle['self'] = circle

test.each<[unknown, string]>([
  [undefined, 'it is undefined'],
  [{ a: [0, NaN] }, 'it.a[1] is NaN'],
  [[{ b: -Infinity }], 'it[0].b is -Infinity'],
  [{ a: undefined }, 'it.a is undefined'],
  [() => 1, 'it is a function'],
  [10n, 'it is a bigint'],
  [Symbol('x'), 'it is a symbol'],
  [{ [Symbol('x')]: 1 }, 'it has a symbol as a name'],
  [new Array(2), 'it is an array with holes or names'],
  [Object.assign([1], { name: 1 }), 'it is an array with holes or names'],
  [Float64Array.of(1), 'it is a Float64Array'],
  [{ when: new Date(0) }, 'it.when is a Date'],
  [new Map(), 'it is a Map'],
  [new Point(), 'it is a Point'],
  [circle, 'it.self holds itself'],
  ['\ud800', 'it has half a character'],
])('%#: %s', (value, message) => {
  expect(notJson('it', value)).toBe(message)
})
