import * as tf from '@tensorflow/tfjs'
import type { Rule } from './rule.ts'

interface Gradients {
  value: tf.Scalar
  grads: tf.NamedTensorMap
}

/**
 * The loss here, and the gradients where the rule wants them. The variables are moved there and back; what they were
 * comes back exactly, also where the loss throws.
 *
 * @param here loss and gradients at the variables; its gradients are disposed of
 * @param gradients computes them where the variables are
 */
export function gradientsElsewhere(
  here: Gradients,
  perturb: NonNullable<Rule['perturb']>,
  gradients: () => Gradients,
): Gradients {
  const pairs = Object.entries<tf.Tensor | null>(here.grads).flatMap(([name, gradient]) => {
    const variable = tf.engine().registeredVariables[name]
    return variable === undefined || gradient === null ? [] : [{ variable, gradient }]
  })
  const variables = pairs.map(({ variable }) => variable)
  const before = variables.map(variable => variable.clone())
  try {
    const moved = perturb(
      before,
      pairs.map(({ gradient }) => gradient),
    )
    assignAll(variables, moved)
    tf.dispose(moved)
    const there = gradients()
    there.value.dispose()
    return { value: here.value, grads: there.grads }
  } catch (error) {
    here.value.dispose()
    throw error
  } finally {
    assignAll(variables, before)
    tf.dispose([before, here.grads])
  }
}

function assignAll(variables: readonly tf.Variable[], values: readonly tf.Tensor[]): void {
  variables.forEach((variable, i) => {
    const value = values[i]
    if (value !== undefined) variable.assign(value)
  })
}
