import type * as tf from '@tensorflow/tfjs'
import type { BertNetwork } from './bert-encoder.ts'

/** A network with its parameters. */
export interface WithParameters<Parameter extends tf.Tensor> {
  readonly network: BertNetwork
  readonly parameters: readonly Parameter[]
}

/**
 * Gives the encoder of one network the numbers of another's, embeddings and blocks, so that what was trained as a language
 * model starts a classifier, or a model of longer sequences. The head stays as it is. Lengths may differ, the sizes of the
 * encoder may not.
 *
 * @throws RangeError that names the first parameter that is another, or when a network was given another number of them
 *
 * @example
 * moveEncoder({ network: model, parameters: trained }, { network: classifier, parameters: start })
 */
export function moveEncoder(from: WithParameters<tf.Tensor>, to: WithParameters<tf.Variable>): void {
  for (const { network, parameters } of [from, to])
    if (parameters.length !== network.parameterShapes.length)
      throw new RangeError(
        `moveEncoder: got ${parameters.length} parameter tensors for ${network.name}; it has ${network.parameterShapes.length}`,
      )
  const [source, target] = [from.network.encoderShapes, to.network.encoderShapes]
  for (let i = 0; i < Math.max(source.length, target.length); i++) {
    const [given, taken] = [source[i], target[i]].map(
      each => each && `${each.name} of shape [${each.shape.join()}]`,
    )
    if (given !== taken)
      throw new RangeError(
        `moveEncoder: ${from.network.name} has ${given ?? 'nothing'} where ${to.network.name} has ${taken ?? 'nothing'}; ` +
          'their encoders must be of the same sizes',
      )
  }
  source.forEach((_, i) => {
    const [given, taken] = [from.parameters[i], to.parameters[i]]
    if (given && taken) taken.assign(given)
  })
}
