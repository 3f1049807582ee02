import { expect, test } from 'vitest'
import { checkCopy } from './check-copy.ts'

test('plain data, typed arrays, NaN, maps and cycles are copied', () => {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const values = [undefined, null, 1n, 'x', [NaN, -0], Float64Array.of(NaN, -0), Buffer.from('x'), cycle]
  const more = [
    new Map([[1, { a: NaN }]]),
    new Set([1]),
    new Date(),
    new RangeError('x'),
    Object.create({ method: () => 1 }) as object,
  ]
  for (const value of [...values, ...more]) {
    expect(() => {
      checkCopy('it', value)
    }).not.toThrow()
  }
})

test.each([
  ['a function', () => 1, 'could not be cloned'],
  ['shared memory', { within: new SharedArrayBuffer(8) }, 'could not be cloned'],
  ['a Blob', { within: [new Blob(['x'])] }, 'would arrive as something else'],
  ['a DOMException', new DOMException('x'), 'would arrive as something else'],
])('%s is refused', (_, value, reason) => {
  const check = (): void => {
    checkCopy('the argument', value)
  }
  expect(check).toThrow(RangeError)
  expect(check).toThrow(`the argument cannot be copied to another process`)
  expect(check).toThrow(reason)
})
