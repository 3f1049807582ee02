import * as tf from '@tensorflow/tfjs'
import { type BertNetwork, type BertSizes, checkRows, dropping, encoder, placesOf } from './bert-encoder.ts'
import { denseOf, denseShapes } from './bert-shapes.ts'
import { checkPass, checkSizes, dense, type ParameterShape, type Pass, takeParameters } from './network.ts'

export interface BertClassifierOptions extends BertSizes {
  readonly classes: number
}

/**
 * BERT as a classifier of sentences (Devlin et al. 2018, §4.1): the encoder of `bert`, with the same parameters first, in
 * the same order, names and shapes (`moveEncoder` carries them over); then a pooler, dense and tanh, on the first token,
 * [CLS]; then a dense layer.
 *
 * One example is a row of int32, [T tokens, T segments]. Shorter sentences are padded at the end with token 0, which is
 * never attended to. What is wrong in the numbers is found by `checkTokens`, before a tensor is made of them.
 *
 * Starts and dropout are those of `bert`; a tenth of what is pooled is dropped too.
 *
 * @throws RangeError on a size that is no positive integer, heads that do not divide the width, a length above
 *   `positions`. `logits` throws RangeError on inputs other than int32 of shape [b, 2T]
 *
 * @example
 * bertClassifier({ vocabulary: 4096, length: 64, layers: 2, width: 128, classes: 2 }).inputShape // [128]
 */
export function bertClassifier({ classes, ...sizes }: BertClassifierOptions): BertNetwork {
  const own = encoder('bertClassifier', sizes)
  const { length, width } = own.sizes
  checkSizes('bertClassifier', { classes })
  const name = `bertClassifier ${own.name}, ${classes} classes`
  const parts = `${length} tokens, ${length} segments`
  const parameterShapes: readonly ParameterShape[] = [
    ...own.parameterShapes,
    ...denseShapes('pooler', width, width),
    ...denseShapes('output', width, classes),
  ]
  return Object.freeze({
    name,
    inputShape: [2 * length],
    classes,
    parameterShapes,
    statisticShapes: [],
    encoderShapes: own.parameterShapes,
    batchStatistics: () => [],
    logits: (parameters: readonly tf.Tensor[], x: tf.Tensor, pass: Pass = {}) =>
      tf.tidy(() => {
        checkPass(name, [], pass)
        checkRows(name, x, 2 * length, parts)
        const next = takeParameters(name, parameters, parameterShapes.length)
        const [tokens, segments] = tf.split(x, 2, 1) as [tf.Tensor, tf.Tensor]
        const wanted = placesOf(tf.scalar(0, 'int32'), x.shape[0], length)
        const drop = dropping(pass.dropoutSeed)
        const { states } = own.states(next, { tokens, segments, wanted }, { drop, padded: true })
        const pooler = denseOf(next)
        const pooled = drop(tf.tanh(dense(states, pooler.weights, pooler.bias)))
        const output = denseOf(next)
        return dense(pooled, output.weights, output.bias)
      }),
  })
}
