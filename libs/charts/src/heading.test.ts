import { expect, test } from 'vitest'
import { headingSpec } from './heading.ts'

test('long headings break between words, and lose none', () => {
  const long = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ')
  const { text, subtitle } = headingSpec({ title: long, subtitle: long })
  expect(text.length).toBeGreaterThan(2)
  expect(text.join(' ')).toBe(long)
  expect(subtitle?.join(' ')).toBe(long)
  expect(headingSpec({ title: 'short' })).toEqual({ text: ['short'] })
})
