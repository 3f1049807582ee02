import { expect, test } from 'vitest'
import { headingSpec } from './heading.ts'
import { textWidth } from './text-width.ts'

test('long headings break between words, and lose none', () => {
  const long = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ')
  const { text, subtitle } = headingSpec({ title: long, subtitle: long })
  expect(text.length).toBeGreaterThan(2)
  expect(text.join(' ')).toBe(long)
  expect(subtitle?.join(' ')).toBe(long)
  expect(headingSpec({ title: 'short' })).toEqual({ text: ['short'] })
})

test('Chinese breaks between any two characters, but no line begins with a comma or ends with an opening bracket', () => {
  for (let start = 1; start < 40; start++) {
    const long =
      `${'面'.repeat(start)}，在《神经网络》（第7章）里，“大批量”与 SGD 的关系，见 Keskar 等。`.repeat(3)
    const { text } = headingSpec({ title: long })
    expect(text.length).toBeGreaterThan(2)
    expect(text.join('').replaceAll(' ', '')).toBe(long.replaceAll(' ', ''))
    expect(text.filter(line => /^[，。；：、！？）》”]|[（《“]$/.test(line))).toEqual([])
    // None is so short that another character would have fitted.
    for (const line of text.slice(0, -1))
      expect(textWidth({ fontSize: 16, fontWeight: 'bold' }, line)).toBeGreaterThan(340)
  }
  expect(headingSpec({ title: 'don’t (“never”) …' }).text).toEqual(['don’t (“never”) …'])
})
