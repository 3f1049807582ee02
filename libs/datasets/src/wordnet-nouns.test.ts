import { expect, test } from 'vitest'
import { parseWordnetNouns } from './wordnet-nouns.ts'

const licence = '  1 This software and database is being provided to you  '
const lines = [
  '02121620 05 n 02 cat 0 true_cat 0 001 @ 02120997 n 0000 | feline mammal; "my cat"; "a cat"  ',
  '00402122 04 n 01 walk 1 000 | the act of walking; on foot  ',
  '00402123 18 n 01 walker 1 000 | someone who walks  ',
  '00402124 06 n 01 walker 2 000 | someone who walks  ',
  '00402125 28 n 01 day 2 000 | twenty-four hours, "a day"',
  '00402126 28 n 01 day 3 000 | twenty-four hours  ',
]

test('gives category and definition, without examples, once; none of two categories', () => {
  expect(parseWordnetNouns([licence, ...lines, ''].join('\n'))).toEqual([
    { category: 'animal', text: 'feline mammal' },
    { category: 'act', text: 'the act of walking; on foot' },
    { category: 'time', text: 'twenty-four hours' },
  ])
})

test.each(['00402122 04 v 01 walk 1 000 | go', '00402122 99 n 01 walk 1 000 | go', 'nothing'])(
  'refuses the line %s',
  line => {
    expect(() => parseWordnetNouns(line)).toThrow(`This is no line of WordNet's nouns: ${line}`)
  },
)
