import { compile, linearise, trainingStep } from '@flatland/compile'
import { hessianVectorProduct } from '@flatland/hessian'
import type { Network } from '@flatland/networks'
import { crossEntropy, gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { makeOptimizer, type OptimizerSettings } from './optimizers.ts'
import { type Problem, scalar, workload, type Workload } from './workload.ts'

/** So many calls of one kind run before all later ones are the graph alone: an optimiser's first makes its state. */
export const CALLS_UNTIL_COMPILED = 3

/** The same work by compiled functions: from their third or fourth calls on each is one operation of TensorFlow. */
export function compiledWorkload(network: Network, problem: Problem, settings: OptimizerSettings): Workload {
  const { parameters, inputs, labels, direction } = problem
  const loss = (point: readonly tf.Tensor[], x: tf.Tensor, y: tf.Tensor): tf.Scalar =>
    crossEntropy(network.logits(point, x), y)
  const step = trainingStep(makeOptimizer(settings), parameters, loss)
  const gradient = compile((point: tf.Tensor[], x: tf.Tensor, y: tf.Tensor) =>
    tf.tidy(() => gradients(at => loss(at, x, y), point).gradients),
  )
  const productAt = ([theta, x, y]: Point, v: tf.Tensor[]): tf.Tensor[] =>
    hessianVectorProduct(at => loss(at, x, y), theta, v)
  const product = compile(productAt)
  const [theta, v] = [[...parameters], [...direction]]
  const point: Point = [theta, inputs, labels]
  const map = linearise(productAt).at(point)
  return {
    loss: workload(network, problem, settings).loss,
    step: () => {
      const before = step(inputs, labels)
      const value = scalar(before)
      before.dispose()
      return value
    },
    gradient: () => gradient(theta, inputs, labels),
    product: () => product(point, v),
    pointProduct: () => map.apply(v),
  }
}

/** Where a product is taken: the parameters, inputs and labels. */
type Point = readonly [tf.Tensor[], tf.Tensor, tf.Tensor]
