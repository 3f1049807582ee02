import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { mimeBundle } from '../display.ts'

function shown(value: unknown): { text: string; html: string | undefined } {
  const bundle = mimeBundle(value) as Record<string, string>
  return { text: bundle['text/plain'] ?? '', html: bundle['text/html'] }
}

test('a column a field, numbers to the right', () => {
  const { text, html } = shown([
    { name: 'sgd', loss: 0.123456 },
    { name: 'adam', loss: 12, steps: 5 },
  ])
  expect(text).toBe(
    ['   name    loss  steps', '0  sgd   0.1235', '1  adam      12      5', '2 rows'].join('\n'),
  )
  expect(html).toMatch(
    /<th style="text-align: left[^"]*">name<\/th><th style="text-align: right[^"]*">loss<\/th>/,
  )
  expect(html).toMatch(
    /<td style="text-align: left[^"]*">adam<\/td><td style="text-align: right[^"]*">12<\/td>/,
  )
})

test('of many rows, the first and the last ten', () => {
  const { text, html } = shown(Array.from({ length: 1025 }, (_, step) => ({ step })))
  const lines = text.split('\n')
  expect(lines).toHaveLength(1 + 10 + 1 + 10 + 1)
  expect(lines.slice(10, 13).map(line => line.trim())).toEqual(['9     9', '… 1,005 more', '1015  1015'])
  expect(lines.at(-1)).toBe('1,025 rows')
  expect(html?.match(/<tr>/g)).toHaveLength(22)
  expect(html).toContain('>… 1,005 more</td>')
})

test('twenty rows are all shown', () => {
  const { text } = shown(Array.from({ length: 20 }, (_, step) => ({ step })))
  expect(text.split('\n')).toHaveLength(22)
  expect(text).not.toContain('…')
})

test('of many fields, the first twenty', () => {
  const wide = Object.fromEntries(Array.from({ length: 23 }, (_, index) => [`f${index}`, index]))
  const { text } = shown([wide, wide])
  expect(text).toContain('f19')
  expect(text).not.toContain('f20')
  expect(text).toContain('2 rows · 3 more fields not shown')
})

test('texts stand on one line, are cut, and are escaped', () => {
  const { text, html } = shown([{ '<b>': 'two\nlines', long: 'y'.repeat(100), nested: { a: { b: 1 } } }])
  expect(text).toContain('two lines')
  expect(text).toContain(`${'y'.repeat(59)}…`)
  expect(text).toContain('{ a: [Object] }')
  expect(html).toContain('>&lt;b&gt;</th>')
  expect(html).not.toContain('<b>')
})

test.each([
  ['numbers', [1, 2]],
  ['nothing', []],
  ['mixed', [{ a: 1 }, 2]],
  ['maps', [new Map([['a', 1]])]],
  ['objects of classes', [new Date(0)]],
  ['objects with nothing in common', [{ a: 1 }, { b: 1 }, { c: 1 }]],
  ['objects of objects', [{ a: {}, b: [], c: 1 }]],
  ['objects without fields', [{}, {}]],
  ['a typed array', new Float32Array(2)],
  ['an object', { a: 1 }],
])('%s: text', (_, value) => {
  expect(shown(value)).toEqual({ text: inspect(value), html: undefined })
})

test('a property that throws: text', () => {
  const rows = [
    {
      get loss(): number {
        throw new Error('not computed')
      },
    },
  ]
  expect(shown(rows)).toEqual({ text: '[ { loss: [Getter] } ]', html: undefined })
})
