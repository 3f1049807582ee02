/** What the numbers of a batch for `bert` or `bertClassifier` have to fit. */
export interface TokenSizes {
  readonly vocabulary: number
  /** T. */
  readonly length: number
  /** P, for `bert`; left out for `bertClassifier`, whose rows have none. */
  readonly predictions?: number
}

/**
 * Refuses numbers that no batch of `bert` or `bertClassifier` can be made of. It is for the host, once, when data is
 * loaded: the networks do not read their inputs. There a token outside the vocabulary would be TensorFlow's own error
 * natively, and other numbers on wasm; a position outside its sequence would be a token of another.
 *
 * @param values rows of [T tokens, T segments, P positions], one after another
 * @throws RangeError that names the row and the place: on a token outside the vocabulary, a segment other than 0 and 1, a
 *   position outside the sequence; on padding (token 0) where there are predictions, since `bert` would attend to it, or at
 *   the first place of a sentence, where [CLS] is. Also when the rows are not whole, or there are none
 *
 * @example
 * checkTokens(Int32Array.of(2, 7, 3, 0, 0, 0), { vocabulary: 31, length: 3 }) // passes
 */
export function checkTokens(values: Int32Array, { vocabulary, length, predictions }: TokenSizes): void {
  const width = 2 * length + (predictions ?? 0)
  if (values.length === 0 || values.length % width !== 0)
    throw new RangeError(
      `checkTokens: got ${values.length} numbers; they must be rows of ${width}: ${length} tokens, ${length} segments, ` +
        `${predictions ?? 0} positions`,
    )
  values.forEach((value, i) => {
    const place = i % width
    const [what, limit] =
      place < length ? ['token', vocabulary] : place < 2 * length ? ['segment', 2] : ['position', length]
    const within = place < 2 * length ? place % length : place - 2 * length
    const where = `checkTokens: row ${Math.floor(i / width)}, ${what} ${within}`
    if (value < 0 || value >= limit)
      throw new RangeError(`${where} is ${value}; it must be from 0 to ${limit - 1}`)
    if (what === 'token' && value === 0 && (predictions !== undefined || place === 0))
      throw new RangeError(
        `${where} is 0, which is padding; ` +
          (predictions === undefined
            ? 'a sentence must begin with [CLS]'
            : 'a masked language model takes full sequences'),
      )
  })
}
