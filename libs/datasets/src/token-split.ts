/** One part of a text data set, as plain arrays of token numbers; holds no tensors. Do not write into them. */
export interface TokenSplit {
  /** The number of examples. */
  readonly size: number
  /** Numbers in one row of `inputs`. */
  readonly width: number
  /**
   * Row after row, `size · width` numbers. A row is T tokens, then the segment (0 or 1) of each, then, where some are to be
   * predicted, their P positions: width 2 T or 2 T + P.
   */
  readonly inputs: Int32Array
  /** 1 where an example is of one class; P where P tokens of each are to be predicted. */
  readonly labelsPerExample: number
  /** Indices into `classes`, `size · labelsPerExample` of them. */
  readonly labels: Int32Array
  /** The names of the classes; the whole vocabulary where tokens are to be predicted. */
  readonly classes: readonly string[]
}

/**
 * A frozen split; its size is `labels.length / labelsPerExample`.
 *
 * @throws RangeError if the arrays are not whole rows of as many examples, or a label names no class
 */
export function createTokenSplit(parts: Omit<TokenSplit, 'size'>): TokenSplit {
  const { width, inputs, labelsPerExample, labels, classes } = parts
  const size = labels.length / labelsPerExample
  if (!Number.isInteger(size) || inputs.length !== size * width)
    throw new RangeError(
      `${labels.length} labels, ${labelsPerExample} an example, do not fit ${inputs.length} inputs in rows of ${width}.`,
    )
  const unknown = labels.find(label => label < 0 || label >= classes.length)
  if (unknown !== undefined)
    throw new RangeError(`Label ${unknown} names none of the ${classes.length} classes.`)
  return Object.freeze({ ...parts, size })
}

/** A text data set in tokens. */
export interface TokenDataset {
  readonly name: string
  /** The text of each token: see `wordPieces`. */
  readonly vocabulary: readonly string[]
  /** T, the tokens of one example, special ones included. */
  readonly length: number
  readonly train: TokenSplit
  readonly test: TokenSplit
  readonly licence: string
  /** Who made it, and where it comes from. */
  readonly source: string
}
