import * as tf from '@tensorflow/tfjs'
import { dropout } from '@flatland/tensor'
import { block, blockOf, blockShapes, type BlockWays, type Drop } from './bert-block.ts'
import { DEVIATION, normOf, normShapes } from './bert-shapes.ts'
import { layerNorm } from './layer-norm.ts'
import { checkSizes, type Network, type ParameterShape } from './network.ts'
import { seedOf } from './normalised-network.ts'

/** Sizes that `bert` and `bertClassifier` share. */
export interface BertSizes {
  /** Tokens that there are; their ids run from 0 to vocabulary − 1, and 0 is padding. */
  readonly vocabulary: number
  /** T, the tokens of a sequence, special ones included. */
  readonly length: number
  /** The longest sequence that the position embedding has room for. Default 512. */
  readonly positions?: number
  /** Encoder blocks. Default 2. */
  readonly layers?: number
  /** Units of each token. Default 64. */
  readonly width?: number
  /** Heads of attention, which divide the width. Default width / 64, rounded down, and 2 at least. */
  readonly heads?: number
  /** Hidden units of the dense layers in a block. Default 4 · width. */
  readonly feedForward?: number
  /** Where the layers are normalised: after each sum, as in BERT (default), or before each layer, and at the end. */
  readonly norm?: 'post' | 'pre'
}

/** A network whose first parameters are those of an encoder. */
export interface BertNetwork extends Network {
  /** The first of `parameterShapes`. */
  readonly encoderShapes: readonly ParameterShape[]
}

/** BERT without what comes after its blocks. */
export interface Encoder {
  readonly sizes: Required<BertSizes>
  /** Its sizes, for the name of the network. */
  readonly name: string
  readonly parameterShapes: readonly ParameterShape[]
  readonly states: (next: () => tf.Tensor, rows: Rows, ways: EncoderWays) => States
}

interface Rows {
  /** int32, shape [b, T]. */
  readonly tokens: tf.Tensor
  /** int32, shape [b, T]. */
  readonly segments: tf.Tensor
  /**
   * The tokens whose states are wanted, of each sequence as many, as places in the batch (T · sequence + position):
   * int32, shape [b · n].
   */
  readonly wanted: tf.Tensor1D
}

interface EncoderWays {
  readonly drop: Drop
  /** Whether token 0 is never attended to; without, there is none. */
  readonly padded: boolean
}

interface States {
  /** Shape [b · n, width]. */
  readonly states: tf.Tensor
  /** The token embedding, shape [vocabulary, width]. */
  readonly tokenEmbedding: tf.Tensor
}

/** Of BERT, wherever it drops. */
const DROPOUT_RATE = 0.1

/** Added to the scores of padding: enough that exp gives 0, and finite, so that gradients are. */
const NEVER = -1e9

/** The encoder of these sizes, which are checked. */
export function encoder(owner: string, given: BertSizes): Encoder {
  const sizes = checked(owner, given)
  const { vocabulary, length, positions, layers, width, heads, norm } = sizes
  return {
    sizes,
    name:
      `${layers}×${width} ${norm}-norm, ${heads} heads, feed-forward ${sizes.feedForward}, vocabulary ${vocabulary}, ` +
      `${length} of ${positions} tokens`,
    parameterShapes: encoderShapes(sizes),
    states: (next, rows, { drop, padded }) => {
      const tokenEmbedding = next()
      const ways: BlockWays = {
        heads,
        norm,
        drop,
        sequences: rows.tokens.shape[0],
        mask: padded ? paddingMask(rows.tokens) : undefined,
      }
      let x = drop(embedded(tokenEmbedding, next, rows, length))
      for (let layer = 1; layer <= layers; layer++)
        x = block(x, layer === layers ? rows.wanted : undefined, blockOf(next), ways)
      return { tokenEmbedding, states: norm === 'pre' ? layerNorm(x, normOf(next)) : x }
    },
  }
}

/** Each call is another place of the network, and drops by a seed of its own; nothing is dropped without a seed. */
export function dropping(seed: tf.Tensor | undefined): Drop {
  let place = 0
  return x => (seed === undefined ? x : dropout(x, DROPOUT_RATE, seedOf(seed, place++)))
}

/** Places in the batch (length · sequence + position) of positions [b, n], or of the same ones in each sequence. */
export function placesOf(positions: tf.Tensor, sequences: number, length: number): tf.Tensor1D {
  return tf
    .range(0, sequences * length, length, 'int32')
    .expandDims(1)
    .add(positions)
    .flatten()
}

/**
 * @throws RangeError when a batch is not int32 of shape [b, width]
 */
export function checkRows(network: string, { dtype, shape }: tf.Tensor, width: number, parts: string): void {
  if (dtype !== 'int32')
    throw new RangeError(
      `${network}: the inputs are ${dtype}; they must be int32, as tf.tensor2d(values, [b, ${width}], 'int32') makes them`,
    )
  if (shape.length !== 2 || shape[1] !== width || shape[0] === 0)
    throw new RangeError(
      `${network}: the inputs are of shape [${shape.join()}]; they must be [b, ${width}]: ${parts}`,
    )
}

function checked(owner: string, given: BertSizes): Required<BertSizes> {
  const { vocabulary, length, positions = 512, layers = 2, width = 64, norm = 'post' } = given
  const { heads = Math.max(2, Math.floor(width / 64)), feedForward = 4 * width } = given
  checkSizes(owner, { vocabulary, length, positions, layers, width, heads, feedForward })
  if (width % heads !== 0)
    throw new RangeError(
      `${owner}: width is ${width} and heads is ${heads}; the heads must divide the width: set one of them`,
    )
  if (length > positions)
    throw new RangeError(
      `${owner}: length is ${length} and positions is ${positions}; a sequence must not be longer than its positions: ` +
        'cut the text, or give more positions',
    )
  if (!['post', 'pre'].includes(norm))
    throw new RangeError(`${owner}: norm is '${norm}'; it must be 'post' or 'pre'`)
  return { vocabulary, length, positions, layers, width, heads, feedForward, norm }
}

function encoderShapes({
  vocabulary,
  positions,
  layers,
  width,
  feedForward: hidden,
  norm,
}: Required<BertSizes>): ParameterShape[] {
  const table = (name: string, rows: number): ParameterShape => ({
    name: `${name}/embedding`,
    shape: [rows, width],
    deviation: DEVIATION,
  })
  return [
    table('token', vocabulary),
    table('position', positions),
    table('segment', 2),
    ...normShapes('embedding-norm', width),
    ...Array.from({ length: layers }, (_, layer) => blockShapes(`block${layer}`, width, hidden)).flat(),
    ...(norm === 'pre' ? normShapes('final-norm', width) : []),
  ]
}

/**
 * Token + position + segment, normalised, shape [b · T, width]. Position and segment are looked up in one table of all
 * their sums: 2 T rows are fewer than b · T.
 */
function embedded(
  tokenEmbedding: tf.Tensor,
  next: () => tf.Tensor,
  { tokens, segments }: Rows,
  length: number,
): tf.Tensor {
  const places = next().slice([0, 0], [length, -1]).expandDims(0)
  const sums = next()
    .expandDims(1)
    .add(places)
    .reshape([2 * length, -1])
  const which = segments.mul(tf.scalar(length, 'int32')).add(tf.range(0, length, 1, 'int32'))
  const words = tf.gather(tokenEmbedding, tokens.flatten())
  return layerNorm(words.add(tf.gather(sums, which.flatten())), normOf(next))
}

function paddingMask(tokens: tf.Tensor): tf.Tensor {
  return tokens.equal(tf.scalar(0, 'int32')).toFloat().mul(NEVER).expandDims(1).expandDims(1)
}
