import type * as tf from '@tensorflow/tfjs'
import { checkShapes } from './parameter-tensors.ts'

/** A model's weights, and its outputs as a function of them. */
export interface ModelFunction {
  /** The trainable weights: the model's own variables, so that training moves them. */
  readonly parameters: tf.Tensor[]
  /** z = f(θ, inputs), by the layers at the θ that is given. */
  readonly outputs: (parameters: readonly tf.Tensor[], inputs: tf.Tensor) => tf.Tensor
}

/**
 * A `tf.LayersModel` as a pure function of its trainable weights, for `modelObjective` and `classification`. Left to
 * itself such a model reads its weights and nothing else, so that its loss would be the same at every θ.
 *
 * The layers run as in prediction: dropout does nothing, batch normalisation takes its moving averages. A model whose last
 * layer ends in a softmax gives probabilities: taken as the `logits` of `classification` they would silently be sent through
 * a second one. Leave the activation of that layer out.
 *
 * @param model of one input and one output
 * @throws RangeError when it has several inputs or outputs, or no trainable weight; `outputs`, when it is given
 *   parameters of another number or other shapes
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] })
 * const { parameters, outputs } = layersModel(model)
 * const objective = classification({
 *   parameters,
 *   logits: outputs,
 *   classes: 2,
 *   inputs: tf.ones([5, 3]),
 *   labels: [0, 1, 1, 0, 1],
 * })
 * await atPoint(objective, new Float64Array(8), there => evaluateLoss(there)) // 0.6931: ln 2
 */
export function layersModel(model: tf.LayersModel): ModelFunction {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new RangeError(
      `layersModel: the model has ${model.inputs.length} inputs and ${model.outputs.length} outputs; it must have one of each`,
    )
  }
  const weights = model.trainableWeights
  if (weights.length === 0) {
    throw new RangeError('layersModel: the model has no trainable weight; set `trainable` of some layer')
  }
  const variables = weights.map(weight => weight.read())
  return Object.freeze({
    parameters: variables,
    outputs: (parameters: readonly tf.Tensor[], inputs: tf.Tensor) => {
      checkShapes('what is given for the weights of the model', parameters, variables)
      return reading(parameters, weights, () => model.apply(inputs) as tf.Tensor)
    },
  })
}

type Weight = tf.LayersModel['trainableWeights'][number]

/** While `work` runs, which is synchronous, the weights read as these tensors. */
function reading<T>(parameters: readonly tf.Tensor[], weights: readonly Weight[], work: () => T): T {
  try {
    weights.forEach((weight, i) => {
      const parameter = parameters[i]
      // An own property, over the method of the class.
      if (parameter !== undefined) weight.read = () => parameter
    })
    return work()
  } finally {
    for (const weight of weights) Reflect.deleteProperty(weight, 'read')
  }
}
