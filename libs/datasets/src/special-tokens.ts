/**
 * The tokens that stand for no text: [PAD] fills a row up, [UNK] stands for a word with a character that the vocabulary has
 * not, [CLS] begins and [SEP] ends a sequence, [MASK] hides a token. They are the first of the vocabulary.
 */
export const specialTokens = Object.freeze({ pad: 0, unknown: 1, start: 2, end: 3, mask: 4 })

/** The number of special tokens: the first that stands for text. */
export const firstTextToken = 5
