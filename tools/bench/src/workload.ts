import { hessianVectorProduct } from '@flatland/hessian'
import { bert, cnn, mlp, type Network } from '@flatland/networks'
import { crossEntropy, gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import type { NetworkSizes, Work } from './cases.ts'
import { makeOptimizer, type OptimizerSettings } from './optimizers.ts'

/** The tensors that a workload computes on. */
export interface Problem {
  readonly parameters: readonly tf.Variable[]
  readonly inputs: tf.Tensor
  /** One-hot, [rows of logits, classes]. */
  readonly labels: tf.Tensor
  /** v of the product ∇²L v, shaped as the parameters. */
  readonly direction: readonly tf.Tensor[]
}

/** The kinds of work on one problem. What they return is the caller's to dispose. */
export interface Workload {
  readonly loss: () => number
  /** One update of the parameters; returns the loss before it. */
  readonly step: () => number
  readonly gradient: () => tf.Tensor[]
  readonly product: () => tf.Tensor[]
  /** The product again, at the parameters as they were at its first call. */
  readonly pointProduct: () => tf.Tensor[]
}

/** Operation by operation. */
export function workload(network: Network, problem: Problem, settings: OptimizerSettings): Workload {
  const { parameters, inputs, labels, direction } = problem
  const theta = [...parameters]
  const loss = (point: readonly tf.Tensor[]): tf.Scalar => crossEntropy(network.logits(point, inputs), labels)
  const optimizer = makeOptimizer(settings)
  const product = () => hessianVectorProduct(loss, theta, direction)
  return {
    loss: () => tf.tidy(() => scalar(loss(theta))),
    step: () => tf.tidy(() => scalar(optimizer.minimize(() => loss(theta), true, theta))),
    gradient: () => tf.tidy(() => gradients(loss, theta).gradients),
    product,
    pointProduct: product,
  }
}

/**
 * One call, whose end is the end of the work: a number of the result is read back.
 *
 * @throws when that number is not finite: what is timed then is not what it says
 */
export function call(load: Workload, work: Work): void {
  const result = work === 'step' ? load.step() : lastNumber(tensorsOf(load, work))
  if (!Number.isFinite(result)) throw new Error(`the ${work} came out as ${result}`)
}

/** The network of these sizes. */
export function buildNetwork(sizes: NetworkSizes): Network {
  switch (sizes.kind) {
    case 'mlp':
      return mlp(sizes)
    case 'cnn':
      return cnn(sizes)
    case 'bert':
      return bert({ ...sizes, positions: sizes.length })
  }
}

/** The number in a tensor of one. */
export function scalar(tensor: tf.Tensor | null): number {
  return tensor?.dataSync()[0] ?? NaN
}

function tensorsOf(load: Workload, work: Exclude<Work, 'step'>): tf.Tensor[] {
  if (work === 'gradient') return load.gradient()
  return work === 'product' ? load.product() : load.pointProduct()
}

function lastNumber(tensors: tf.Tensor[]): number {
  const result = tensors.at(-1)?.dataSync().at(-1) ?? NaN
  tf.dispose(tensors)
  return result
}
