import { fileURLToPath } from 'node:url'
import { Tokenizer } from '@huggingface/tokenizers'
import { readChecked } from './checked-file.ts'
import { specialTokens } from './special-tokens.ts'

/** Made by fixtures/train_word_pieces.py. */
const file = fileURLToPath(new URL('./word-pieces.json', import.meta.url))

/** Tokens count from 0 up to here. */
export const vocabularySize = 4096

/** Of the file; other pieces make other tokens. */
export const wordPiecesHash = 'sha256:387fada0d5b4d6db0e95413e8a0d32b93a5cd997f0847bf35bc5a918f0c5a40d'

/** What is used of the library: its own types lie in files that Node's rules of resolution do not find. */
const Library = Tokenizer as unknown as new (
  pieces: object,
  config: object,
) => {
  get_vocab(): Map<string, number>
  encode(text: string): { ids: number[] }
  decode(tokens: number[], options: { skip_special_tokens: boolean }): string
}

/** Turns text into tokens, and back. */
export interface WordPieces {
  /** The text of each token: the five special ones, then characters and words, with `##` before what goes on inside a word. */
  readonly vocabulary: readonly string[]
  /** @throws RangeError if more than half of the tokens are [UNK]: it is no English text */
  readonly encode: (text: string) => EncodedText
  /**
   * The text of tokens, in lower case; the spaces are guessed.
   *
   * @throws RangeError if a token is none of the vocabulary
   */
  readonly decode: (tokens: ArrayLike<number>) => string
}

export interface EncodedText {
  readonly tokens: Int32Array
  /** How many of them are [UNK]. */
  readonly unknown: number
}

/**
 * The pieces of words that the English data sets are written in: WordPiece with a vocabulary of 4096, trained on the training
 * documents of `englishText`. Text is put into lower case, accents are taken off, it is split at spaces and around punctuation,
 * and each word is split into the longest pieces there are, from its beginning on. A word with a character that is in no piece
 * is one [UNK]. A special token written out in the text, such as `[MASK]`, is that token.
 *
 * @throws Error if the file of pieces is not the expected one; it is then set aside as `word-pieces.json.wrong-hash`
 * @see Y. Wu et al., "Google's neural machine translation system", arXiv:1609.08144, 2016, section 4.1.
 * @example
 * const { encode, decode } = await wordPieces()
 * decode(encode('The State of the Union is [MASK].').tokens) // 'the state of the union is [MASK].'
 */
export async function wordPieces(): Promise<WordPieces> {
  return wordPiecesFrom(file)
}

/** The pieces of a file with the expected hash. */
export async function wordPiecesFrom(path: string): Promise<WordPieces> {
  const remedy = 'Restore the file of this package.'
  const bytes = await readChecked(path, { expected: wordPiecesHash, remedy })
  const tokenizer = new Library(JSON.parse(bytes.toString()) as object, {})
  return Object.freeze({
    vocabulary: Object.freeze([...tokenizer.get_vocab().keys()]),
    encode: (text: string) => checked(Int32Array.from(tokenizer.encode(text).ids), text),
    decode: (tokens: ArrayLike<number>) => {
      const all = Array.from(tokens)
      const other = all.find(token => !Number.isInteger(token) || token < 0 || token >= vocabularySize)
      if (other !== undefined)
        throw new RangeError(`Token ${other} is none of the ${vocabularySize} of the vocabulary.`)
      return all.length === 0 ? '' : tokenizer.decode(all, { skip_special_tokens: false })
    },
  })
}

function checked(tokens: Int32Array, text: string): EncodedText {
  const unknown = tokens.filter(token => token === specialTokens.unknown).length
  if (unknown > tokens.length / 2)
    throw new RangeError(
      `${unknown} of the ${tokens.length} tokens of "${text.slice(0, 40)}" are unknown: the pieces are those of English text.`,
    )
  return { tokens, unknown }
}
