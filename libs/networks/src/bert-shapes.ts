import type * as tf from '@tensorflow/tfjs'
import type { Dense } from './attention.ts'
import type { Norm } from './layer-norm.ts'
import type { ParameterShape } from './network.ts'

/** Standard deviation of all weights and embeddings of BERT at the start. */
export const DEVIATION = 0.02

export function denseShapes(name: string, inputs: number, outputs: number): ParameterShape[] {
  return [
    { name: `${name}/weights`, shape: [inputs, outputs], deviation: DEVIATION },
    { name: `${name}/bias`, shape: [outputs] },
  ]
}

export function normShapes(name: string, units: number): ParameterShape[] {
  return [
    { name: `${name}/scale`, shape: [units], start: 1 },
    { name: `${name}/shift`, shape: [units] },
  ]
}

export function denseOf(next: () => tf.Tensor): Dense {
  return { weights: next(), bias: next() }
}

export function normOf(next: () => tf.Tensor): Norm {
  return { scale: next(), shift: next() }
}
