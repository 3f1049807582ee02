import * as tf from '@tensorflow/tfjs'
import type { Network } from '@flatland/networks'
import { optimizerOf, type OptimizerSettings } from './optimizers.ts'
import { inputType } from './examples.ts'
import type { Answers, Sample } from './protocol.ts'
import { buildNetwork, type Problem, type Workload } from './workload.ts'

/** How a runner of ours computes: eagerly, or by compiled functions. */
export type MakeWorkload = (network: Network, problem: Problem, settings: OptimizerSettings) => Workload

/**
 * What a runner of ours computes of a sample.
 *
 * @param callsBefore calls of each kind before the one that answers, so that where a graph is made it is the graph
 *   that answers
 */
export function answersTo(sample: Sample, makeWorkload: MakeWorkload, callsBefore: number): Answers {
  return tf.tidy(() => {
    const make = (settings: OptimizerSettings) => {
      const problem = problemOf(sample)
      return { problem, load: makeWorkload(buildNetwork(sample.network), problem, settings) }
    }
    const { problem, load } = make(optimizerOf('sgd', sample.learningRate))
    const settled = (work: () => tf.Tensor[]): number => {
      for (let i = 0; i < callsBefore; i++) tf.dispose(work())
      return norm(work())
    }
    const [gradient, product, pointProduct] = [load.gradient, load.product, load.pointProduct].map(settled)
    const start = problem.parameters.map(parameter => parameter.clone())
    for (let i = 0; i < callsBefore; i++) load.step()
    for (const [i, parameter] of problem.parameters.entries()) parameter.assign(start[i] ?? parameter)
    const loss = load.step()
    const lossAfterStep = load.loss()
    tf.dispose([...problem.parameters])
    const lossAfter = sample.optimizers.map(settings => {
      const { problem, load } = make(settings)
      for (let i = 0; i < sample.updates; i++) load.step()
      const after = load.loss()
      tf.dispose([...problem.parameters])
      return [settings.kind, after]
    })
    return {
      loss,
      gradient: gradient ?? NaN,
      product: product ?? NaN,
      pointProduct: pointProduct ?? NaN,
      lossAfterStep,
      lossAfter: Object.fromEntries(lossAfter) as Answers['lossAfter'],
    }
  })
}

export function oneHot(classes: ArrayLike<number>, depth: number): tf.Tensor {
  return tf.tidy(() => tf.oneHot(tf.tensor1d(Array.from(classes), 'int32'), depth).toFloat())
}

function problemOf({ network: sizes, batch, ...sample }: Sample): Problem {
  const network = buildNetwork(sizes)
  const shaped = (values: readonly (readonly number[])[]) =>
    network.parameterShapes.map(({ shape }, i) => tf.tensor([...(values[i] ?? [])], [...shape]))
  return {
    parameters: shaped(sample.parameters).map(start => tf.variable(start)),
    inputs: tf.tensor([...sample.inputs], [batch, ...network.inputShape], inputType(sizes)),
    labels: oneHot(sample.labels, network.classes),
    direction: shaped(sample.direction),
  }
}

function norm(tensors: readonly tf.Tensor[]): number {
  return Math.hypot(...tensors.map(tensor => tensor.norm().dataSync()[0] ?? NaN))
}
