import type { RandomStream } from '@flatland/tensor'
import type { NetworkSizes } from './cases.ts'
import { buildNetwork } from './workload.ts'

/** A batch as plain numbers. */
export interface Examples {
  /** Of shape [batch, …inputShape], in order. */
  readonly inputs: ArrayLike<number>
  /** A class for each row of the logits. */
  readonly labels: ArrayLike<number>
}

/** A batch for a network of these sizes: normal inputs, or sequences of random words; the classes in turn. */
export function examples(sizes: NetworkSizes, batch: number, stream: RandomStream): Examples {
  const { inputShape, classes } = buildNetwork(sizes)
  const isBert = sizes.kind === 'bert'
  const size = inputShape.reduce((product, side) => product * side, batch)
  return {
    inputs: isBert ? sequences(sizes, batch, stream) : stream.normal(size),
    labels: Array.from({ length: batch * (isBert ? sizes.predictions : 1) }, (_, row) => row % classes),
  }
}

/** Numbers of words are whole. */
export function inputType({ kind }: NetworkSizes): 'float32' | 'int32' {
  return kind === 'bert' ? 'int32' : 'float32'
}

/** The ids below are those of [PAD], [UNK], [CLS], [SEP] and [MASK]. */
const FIRST_WORD = 5

/** Rows of words, of segments (one half is 0, the other 1), and of the masked positions, evenly spread. */
function sequences(
  { vocabulary, length, predictions }: Extract<NetworkSizes, { readonly kind: 'bert' }>,
  batch: number,
  stream: RandomStream,
): Int32Array {
  const segments = Array.from({ length }, (_, place) => (place < length / 2 ? 0 : 1))
  const positions = Array.from({ length: predictions }, (_, k) => Math.floor((k * length) / predictions))
  const rows = Array.from({ length: batch }, () => [
    ...Array.from(stream.uniform(length), u => FIRST_WORD + Math.floor(u * (vocabulary - FIRST_WORD))),
    ...segments,
    ...positions,
  ])
  return Int32Array.from(rows.flat())
}
