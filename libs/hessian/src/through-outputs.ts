import * as tf from '@tensorflow/tfjs'
import { checkOutputs, readsOnlyGiven } from './check-objective.ts'
import type { At } from './compiled-objective.ts'
import { linearWork } from './compiled-work.ts'
import { jacobianProduct, jacobianTransposeProduct } from './jacobian-products.ts'
import type { LinearOperator } from './linear-operator.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { ModelObjective } from './objective.ts'
import { type BatchProduct, objectiveOperator } from './objective-operator.ts'

/** A matrix M on the outputs of a micro-batch. */
export interface OnOutputs {
  /** Its product with w, of the shape of the outputs z. */
  readonly product: tf.Tensor
  /** The loss that M comes from. */
  readonly value: tf.Tensor
}

/** M and its product with w, from the outputs z and the targets. */
export type MatrixOnOutputs = (z: tf.Tensor, targets: tf.Tensor, w: tf.Tensor) => OnOutputs

/**
 * Jᵀ M J, with J = ∂z/∂θ and M a matrix on the outputs z: what Gauss–Newton and Fisher matrices have in common.
 *
 * @param examples what the products are taken over, where it is not the objective's own
 */
export function throughOutputs(
  objective: ModelObjective,
  options: BatchOptions,
  onOutputs: MatrixOnOutputs,
  examples = objective.examples,
): LinearOperator {
  const operator = objectiveOperator(
    objective,
    options,
    productThroughOutputs(objective, onOutputs),
    examples,
  )
  checkOutputs(objective)
  return operator
}

/** Of one micro-batch. */
export function productThroughOutputs(objective: ModelObjective, onOutputs: MatrixOnOutputs): BatchProduct {
  const { outputs } = objective
  const work = ([parameters, inputs, targets]: At, v: readonly tf.Tensor[]): tf.Tensor[] =>
    tf.tidy(() => {
      const of = (at: readonly tf.Tensor[]): tf.Tensor => outputs(at, inputs)
      const z = of(parameters)
      const { product, value } = onOutputs(z, targets, jacobianProduct(of, parameters, v, z))
      return [value.add(noneOf(z)), ...jacobianTransposeProduct(of, parameters, product)]
    })
  return linearWork(work, () => outputsReadOnlyGiven(objective))
}

/** 0 where all outputs are finite, NaN otherwise. */
export function noneOf(z: tf.Tensor): tf.Tensor {
  return z.mul(0).sum()
}

export function outputsReadOnlyGiven({ parameters, outputs, examples }: ModelObjective): boolean {
  return readsOnlyGiven(
    { parameters, examples, loss: (at, { inputs }) => outputs(at, inputs).sum() },
    outputs,
  )
}
