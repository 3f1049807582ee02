import * as tf from '@tensorflow/tfjs'
import { isTracing } from './tracing.ts'

/** A loss and its gradients, one for each parameter and of its shape. The caller disposes of them. */
export interface ValueAndGradients {
  readonly value: tf.Scalar
  readonly gradients: tf.Tensor[]
}

export interface GradientOptions {
  /**
   * What a parameter that the loss does not depend on means: `refuse` (default), an error that names it, or
   * `zeros`, a gradient of zeros. The outer of two nested gradients wants `zeros`: a loss that is linear in a
   * parameter has a gradient that does not depend on it.
   */
  readonly independent?: 'refuse' | 'zeros'
}

/**
 * The value of a loss and its gradient ∂L/∂θᵢ for every parameter. It may be nested: the gradient of an
 * expression made of gradients is a second derivative, and is checked as one (see `verifiedOperations`).
 *
 * @param loss from the parameters, as they were given, to a scalar; what it makes on the way is disposed of
 * @param parameters float32 tensors or variables; a loss may also read its variables itself, as a
 *   `tf.LayersModel` does, and ignore its argument
 * @throws RangeError when there is no parameter, or one is not of float32
 * @throws RangeError when the loss is not a scalar, is not finite, or does not depend on a parameter
 * @throws Error when a second derivative is asked of an operation that is not verified
 *
 * @example
 * const { value, gradients: [g] } = gradients(([w]) => w.square().sum(), [tf.tensor1d([1, 2])])
 * value // 5
 * g // [2, 4]
 */
export function gradients(
  loss: (parameters: tf.Tensor[]) => tf.Tensor,
  parameters: readonly tf.Tensor[],
  { independent = 'refuse' }: GradientOptions = {},
): ValueAndGradients {
  refuseParameters(parameters)
  return tf.tidy(() => {
    const { value, grads } = engine().gradients(
      () => scalar(loss([...parameters])),
      [...parameters],
      null,
      true,
    )
    refuseNotFinite(value)
    const complete = parameters.map((parameter, i) => {
      const gradient = grads[i] ?? undefined
      if (gradient === undefined && independent === 'refuse') throw independentOf(parameter, i)
      return gradient ?? tf.zerosLike(parameter)
    })
    return { value, gradients: complete }
  })
}

/** The engine's own gradients: unlike `tf.grads` it leaves out what does not depend, rather than throwing. */
interface GradientEngine {
  gradients(
    f: () => tf.Scalar,
    xs: readonly tf.Tensor[],
    dy: null,
    allowNoGradients: boolean,
  ): { readonly value: tf.Scalar; readonly grads: readonly (tf.Tensor | null | undefined)[] }
  readonly state: { readonly gradientDepth: number }
}

function engine(): GradientEngine {
  return tf.engine() as unknown as GradientEngine
}

function refuseParameters(parameters: readonly tf.Tensor[]): void {
  if (parameters.length === 0) throw new RangeError('gradients needs at least one parameter; got none')
  parameters.forEach((parameter, i) => {
    if (parameter.dtype !== 'float32') {
      throw new RangeError(`${named(parameter, i)} is of ${parameter.dtype}; a gradient needs float32`)
    }
  })
}

function scalar(value: tf.Tensor): tf.Scalar {
  if (!((value as unknown) instanceof tf.Tensor)) throw new RangeError('The loss must return a tf.Scalar')
  if (value.rank !== 0 || value.dtype !== 'float32') {
    throw new RangeError(
      `The loss must be a float32 scalar; it is ${value.dtype} of shape [${value.shape.join()}]: take its mean or sum`,
    )
  }
  return value as tf.Scalar
}

/** A nested gradient is not read: whatever is not finite in it comes out in the outer one. Nor is a traced one. */
function refuseNotFinite(value: tf.Scalar): void {
  if (engine().state.gradientDepth > 0 || isTracing()) return
  const [number = NaN] = value.dataSync()
  if (Number.isFinite(number)) return
  throw new RangeError(
    `The loss is ${number}, so it has no gradient: look for NaN in the parameters or the data, or for a step too large`,
  )
}

function independentOf(parameter: tf.Tensor, i: number): RangeError {
  return new RangeError(
    `The loss does not depend on ${named(parameter, i)}: leave it out, or compute the loss from it by differentiable operations`,
  )
}

function named(parameter: tf.Tensor, i: number): string {
  const name = parameter instanceof tf.Variable ? ` '${parameter.name}'` : ''
  return `parameter ${i}${name} of shape [${parameter.shape.join()}]`
}
