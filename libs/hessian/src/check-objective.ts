import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkInteger } from './checks.ts'
import type { BatchOptions } from './micro-batches.ts'
import type { ModelObjective, Objective } from './objective.ts'

/**
 * Refuses what cannot be differentiated before any work on the data, by one gradient of one example.
 *
 * @throws RangeError when there are no parameters or no examples, a parameter is disposed of or not finite, the
 *   batch size is no positive integer, or the loss is not a finite scalar that depends on every parameter
 */
export function checkObjective(objective: Objective, { batchSize }: BatchOptions): void {
  const { parameters, examples, loss } = objective
  if (parameters.length === 0)
    throw new RangeError('The objective has no parameters: give at least one tensor')
  parameters.forEach(checkParameter)
  checkInteger('The number of examples', examples.size, 1, Infinity, 'a mean needs data')
  if (batchSize !== undefined) checkInteger('batchSize', batchSize, 1)
  tf.tidy(() => {
    const batch = examples.slice(0, 1)
    gradients(at => loss(at, batch), parameters)
  })
}

/** The shape of the outputs of one example; refuses outputs whose first dimension is not the examples. */
export function checkOutputs({ parameters, outputs, examples }: ModelObjective): readonly number[] {
  const shape = tf.tidy(() => outputs(parameters, examples.slice(0, 1).inputs).shape)
  if (shape[0] === 1) return shape.slice(1)
  throw new RangeError(
    `The outputs of one example are of shape [${shape.join()}]: their first dimension must be the examples, here 1`,
  )
}

function checkParameter(parameter: tf.Tensor, i: number): void {
  if (parameter.isDisposed)
    throw new RangeError(`Parameter ${i} of the objective has been disposed of: keep it`)
  const values = parameter.dataSync()
  const bad = values.findIndex(value => !Number.isFinite(value))
  if (bad < 0) return
  throw new RangeError(
    `Parameter ${i} of the objective, of shape [${parameter.shape.join()}], holds ${values[bad] ?? NaN} at ${bad}: ` +
      'start from finite parameters; training may have diverged before',
  )
}
