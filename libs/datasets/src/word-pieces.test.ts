import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { firstTextToken, specialTokens } from './special-tokens.ts'
import { vocabularySize, wordPieces, wordPiecesFrom } from './word-pieces.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'

const { vocabulary, encode, decode } = await wordPieces()

test('the vocabulary has 4096 different tokens, the special ones first', () => {
  expect(new Set(vocabulary).size).toBe(vocabularySize)
  expect(vocabulary.slice(0, firstTextToken)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'])
  expect(Object.values(specialTokens)).toEqual([0, 1, 2, 3, 4])
})

test('encodes as the library does that the pieces were trained with', async () => {
  const path = new URL('../fixtures/word-piece-encodings.json', import.meta.url)
  const cases = JSON.parse(await readFile(path, 'utf8')) as { text: string; tokens: number[] }[]
  expect(cases.length).toBeGreaterThan(5)
  for (const { text, tokens } of cases) expect([...encode(text).tokens], text).toEqual(tokens)
})

test('a word is split into the longest pieces, from its beginning on', () => {
  const pieces = Array.from(encode('Hydroelectric').tokens, token => vocabulary[token] ?? '')
  expect(pieces.map(piece => piece.replace('##', '')).join('')).toBe('hydroelectric')
  const prefix = (rest: string, mark: string) =>
    Array.from({ length: rest.length }, (_, i) => mark + rest.slice(0, rest.length - i)).find(each =>
      vocabulary.includes(each),
    )
  let rest = 'hydroelectric'
  for (const [i, piece] of pieces.entries()) {
    expect(piece).toBe(prefix(rest, i === 0 ? '' : '##'))
    rest = rest.slice(piece.replace('##', '').length)
  }
})

test('decodes to the text in lower case', () => {
  const text = 'the state of the union is [MASK], and so on.'
  expect(decode(encode('The STATE of the Union is [MASK], and so on.').tokens)).toBe(text)
  expect(decode([])).toBe('')
})

test.each([4096, -1, 0.5])('refuses to decode %d', token => {
  expect(() => decode([5, token])).toThrow(`Token ${token} is none of the 4096 of the vocabulary.`)
})

test('counts unknown words, and refuses a text that is mostly unknown', () => {
  expect(encode('water is 水, air is 空').unknown).toBe(2)
  expect(encode('水 is').unknown).toBe(1)
  expect(encode('').tokens).toHaveLength(0)
  expect(() => encode('水 空 is')).toThrow(
    '2 of the 3 tokens of "水 空 is" are unknown: the pieces are those of English text.',
  )
})

test('pieces from another file are refused and set aside', async () => {
  const path = join(await temporaryFolder(), 'word-pieces.json')
  await writeFile(path, '{}')
  await expect(wordPiecesFrom(path)).rejects.toThrow(`set aside as ${path}.wrong-hash`)
})
