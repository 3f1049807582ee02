import * as tf from '@tensorflow/tfjs'
import {
  checkPass,
  checkSizes,
  dense,
  type Network,
  type ParameterShape,
  type Pass,
  takeParameters,
} from './network.ts'

export interface MlpSizes {
  /** Features of one example, e.g. 784 for MNIST; images are flattened. */
  readonly inputs: number
  /** Units of each hidden layer, e.g. `[512, 512]`; empty for a linear classifier. */
  readonly hidden: readonly number[]
  readonly classes: number
}

/**
 * A multi-layer perceptron: dense layers with ReLU between them, logits at the end.
 *
 * @throws RangeError on a size that is no positive integer
 *
 * @example
 * mlp({ inputs: 784, hidden: [512, 512, 512, 512, 512], classes: 10 }) // 1 457 674 parameters
 */
export function mlp({ inputs, hidden, classes }: MlpSizes): Network {
  checkSizes('mlp', {
    inputs,
    classes,
    ...Object.fromEntries(hidden.map((units, i) => [`hidden[${i}]`, units])),
  })
  const widths = [inputs, ...hidden, classes]
  const name = `mlp ${widths.join('–')}`
  const parameterShapes = widths.slice(1).flatMap((outputs, layer): ParameterShape[] => {
    const fanIn = widths[layer] ?? 0
    return [
      { name: `dense${layer}/weights`, shape: [fanIn, outputs], fanIn },
      { name: `dense${layer}/bias`, shape: [outputs] },
    ]
  })
  return Object.freeze({
    name,
    inputShape: [inputs],
    classes,
    parameterShapes,
    statisticShapes: [],
    batchStatistics: () => [],
    logits: (parameters: readonly tf.Tensor[], x: tf.Tensor, pass: Pass = {}) =>
      tf.tidy(() => {
        checkPass(name, [], pass)
        const take = takeParameters(name, parameters, parameterShapes.length)
        const start: tf.Tensor = x.reshape([-1, inputs])
        const features = hidden.reduce(activation => tf.relu(dense(activation, take(), take())), start)
        return dense(features, take(), take())
      }),
  })
}
