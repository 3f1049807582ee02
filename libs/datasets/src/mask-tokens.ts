import { randomGenerator } from '@flatland/tensor'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { requireWhole } from './require-whole.ts'
import { firstTextToken, specialTokens } from './special-tokens.ts'

export interface MaskOptions {
  /** P, how many tokens are to be predicted: from 1 to the number of those that stand for text. */
  readonly predictions: number
  /** Tokens are whole numbers below it. */
  readonly vocabularySize: number
  /** Fixes the draws, together with `name`. */
  readonly seed: number
  /** Which sequence this is: each has draws of its own. */
  readonly name: number | string
}

export interface MaskedTokens {
  /** The sequence as the network sees it. */
  readonly tokens: Int32Array
  /** Where tokens are to be predicted: P places of the sequence, ascending. */
  readonly positions: Int32Array
  /** The tokens that stood there. */
  readonly labels: Int32Array
}

/**
 * Hides tokens of a sequence, for a network to predict: P places are chosen, each set of places that hold text as likely as any
 * other. Of the tokens there 80 % become [MASK], 10 % a random token (each one of text equally likely), and 10 % stay: drawn
 * for each place by itself.
 *
 * @throws RangeError if a token is not below `vocabularySize`, if there is less text than `predictions`, or if an option is
 * not what it must be
 * @see J. Devlin, M.-W. Chang, K. Lee, K. Toutanova, "BERT: Pre-training of deep bidirectional transformers for language
 * understanding", arXiv:1810.04805, 2018, section 3.1.
 * @example
 * const sequence = Int32Array.of(2, 17, 99, 5, 3) // [CLS] and [SEP] about three tokens of text
 * const { positions, labels } = maskTokens(sequence, { predictions: 3, vocabularySize: 100, seed: 0, name: 0 })
 * positions // [1, 2, 3]
 * labels // [17, 99, 5]
 */
export function maskTokens(sequence: Int32Array, options: MaskOptions): MaskedTokens {
  const { predictions, vocabularySize, seed, name } = options
  const places = textPlaces(sequence, vocabularySize)
  if (places.length === 0) throw new RangeError('There is no text to predict: all tokens are special.')
  requireWhole('predictions', predictions, 1, places.length)
  const random = randomGenerator(`${seed},${name}`)
  const positions = choose(places, predictions, random)
  const labels = positions.map(position => sequence[position] ?? 0)
  const tokens = sequence.slice()
  for (const position of positions) {
    const tenth = uniformInt(random, 0, 9)
    if (tenth < 8) tokens[position] = specialTokens.mask
    else if (tenth === 8) tokens[position] = uniformInt(random, firstTextToken, vocabularySize - 1)
  }
  return { tokens, positions, labels }
}

function textPlaces(sequence: Int32Array, vocabularySize: number): Int32Array {
  requireWhole('vocabularySize', vocabularySize, firstTextToken + 1, 2 ** 31)
  const places = new Int32Array(sequence.length)
  let count = 0
  sequence.forEach((token, place) => {
    if (token < 0 || token >= vocabularySize)
      throw new RangeError(`Token ${token} at ${place} is none of the ${vocabularySize} of the vocabulary.`)
    if (token >= firstTextToken) places[count++] = place
  })
  return places.subarray(0, count)
}

/** The first `count` steps of a Fisher–Yates shuffle, in ascending order. */
function choose(places: Int32Array, count: number, random: RandomGenerator): Int32Array {
  for (let next = 0; next < count; next++) {
    const chosen = uniformInt(random, next, places.length - 1)
    const kept = places[next] ?? 0
    places[next] = places[chosen] ?? 0
    places[chosen] = kept
  }
  return places.slice(0, count).sort()
}
