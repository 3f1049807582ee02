import * as tf from '@tensorflow/tfjs'
import { type BertNetwork, type BertSizes, checkRows, dropping, encoder, placesOf } from './bert-encoder.ts'
import { denseOf, denseShapes, normOf, normShapes } from './bert-shapes.ts'
import { gelu } from './gelu.ts'
import { layerNorm } from './layer-norm.ts'
import { checkPass, checkSizes, dense, type ParameterShape, type Pass, takeParameters } from './network.ts'

export interface BertOptions extends BertSizes {
  /** P, the tokens of a sequence that are predicted: round(0.15 · (length − 2)) in BERT. */
  readonly predictions: number
}

/**
 * BERT as a masked language model (Devlin et al. 2018, §3; no next-sentence prediction).
 *
 *   embeddings  token + position + segment, layer normalisation
 *   each block  multi-head attention, then two dense layers with the exact GELU between them; each of the two is added to
 *               what goes in, and normalised after the sum (`post`) or before (`pre`, with one more at the end)
 *   head        at the predicted tokens: dense, GELU, layer normalisation, the product with the token embedding, and a
 *               bias a word
 *
 * One example is a row of int32, [T tokens, T segments, P positions]; the segments are 0 or 1, the positions those of the
 * predicted tokens, from 0 to T − 1. Sequences are full: there is no padding, so none is masked. What is wrong in the
 * numbers is found by `checkTokens`, before a tensor is made of them.
 *
 * `logits` are those of the predicted tokens alone, shape [b · P, vocabulary], sequence by sequence. So the last block
 * computes these tokens alone, while it attends to all: of two blocks that saves nearly a third of a step, and the numbers
 * are the same.
 *
 * Weights and embeddings start as N(0, 0.02²), which BERT also cuts at two deviations. With `dropoutSeed` a tenth is
 * dropped of the embeddings, the attention weights, and what attention and dense layers add, as in BERT.
 *
 * @throws RangeError on a size that is no positive integer, heads that do not divide the width, a length above
 *   `positions`, more predictions than tokens. `logits` throws RangeError on inputs other than int32 of shape [b, 2T + P]
 *
 * @example
 * parameterCount(bert({ vocabulary: 4096, length: 128, predictions: 19, layers: 2, width: 128 })) // 1007744
 */
export function bert({ predictions, ...sizes }: BertOptions): BertNetwork {
  const own = encoder('bert', sizes)
  const { vocabulary, length, width } = own.sizes
  checkSizes('bert', { predictions })
  if (predictions > length)
    throw new RangeError(
      `bert: predictions is ${predictions} and length is ${length}; no more tokens can be predicted than there are`,
    )
  const name = `bert ${own.name}, ${predictions} predicted`
  const columns = [length, length, predictions]
  const inputs = 2 * length + predictions
  const parts = `${length} tokens, ${length} segments, ${predictions} positions`
  const parameterShapes: readonly ParameterShape[] = [
    ...own.parameterShapes,
    ...denseShapes('head', width, width),
    ...normShapes('head-norm', width),
    { name: 'output/bias', shape: [vocabulary] },
  ]
  return Object.freeze({
    name,
    inputShape: [inputs],
    classes: vocabulary,
    parameterShapes,
    statisticShapes: [],
    encoderShapes: own.parameterShapes,
    batchStatistics: () => [],
    logits: (parameters: readonly tf.Tensor[], x: tf.Tensor, pass: Pass = {}) =>
      tf.tidy(() => {
        checkPass(name, [], pass)
        checkRows(name, x, inputs, parts)
        const next = takeParameters(name, parameters, parameterShapes.length)
        const [tokens, segments, positions] = tf.split(x, columns, 1) as [tf.Tensor, tf.Tensor, tf.Tensor]
        const wanted = placesOf(positions, x.shape[0], length)
        const ways = { drop: dropping(pass.dropoutSeed), padded: false }
        const { states, tokenEmbedding } = own.states(next, { tokens, segments, wanted }, ways)
        const { weights, bias } = denseOf(next)
        const words = layerNorm(gelu(dense(states, weights, bias)), normOf(next))
        return tf.matMul(words, tokenEmbedding, false, true).add<tf.Tensor2D>(next())
      }),
  })
}
