import type { RuleOptimizer } from '@flatland/optimizers'
import * as tf from '@tensorflow/tfjs'
import { z } from 'zod'
import { readParameters } from './parameter-values.ts'

export const float32Schema = z.custom<Float32Array>(value => value instanceof Float32Array)

export const trainingStateSchema = z.strictObject({
  /** Updates done. */
  update: z.int().nonnegative(),
  /** All numbers of θ, one tensor after another. */
  parameters: float32Schema,
  /** Steps of the optimiser. */
  steps: z.int().nonnegative(),
  /** What the optimiser remembers of each parameter. */
  slots: z.array(
    z.strictObject({
      name: z.string(),
      shape: z.array(z.int().nonnegative()),
      values: float32Schema,
    }),
  ),
})

/** All that changes while a network trains. */
export type TrainingState = Readonly<z.infer<typeof trainingStateSchema>>

/** Reads it, exactly. */
export async function readTrainingState(
  update: number,
  parameters: readonly tf.Variable[],
  optimizer: RuleOptimizer,
): Promise<TrainingState> {
  const [iterations, ...slots] = await optimizer.getWeights()
  const state = {
    update,
    parameters: readParameters(parameters),
    steps: iterations?.tensor.dataSync()[0] ?? 0,
    slots: slots.map(({ name, tensor }) => ({
      name,
      shape: tensor.shape,
      values: Float32Array.from(tensor.dataSync()),
    })),
  }
  // The others are the optimiser's own.
  iterations?.tensor.dispose()
  return state
}

/**
 * Writes it into the variables that there are.
 *
 * @throws RangeError (a rejection) when it is not of this network, or not of this optimiser
 */
export async function writeTrainingState(
  { parameters: values, steps, slots }: TrainingState,
  parameters: readonly tf.Variable[],
  optimizer: RuleOptimizer,
): Promise<void> {
  const size = parameters.reduce((sum, each) => sum + each.size, 0)
  if (values.length !== size)
    throw new RangeError(`a checkpoint has ${values.length} parameters; the network has ${size}`)
  const weights = [
    { name: 'iter', tensor: tf.scalar(steps, 'int32') as tf.Tensor },
    ...slots.map(({ name, shape, values: own }) => ({ name, tensor: tf.tensor(own, shape) })),
  ]
  try {
    await optimizer.setWeights(weights)
  } finally {
    tf.dispose(weights.map(({ tensor }) => tensor))
  }
  let from = 0
  for (const parameter of parameters) {
    const own = tf.tensor(values.subarray(from, from + parameter.size), parameter.shape)
    parameter.assign(own)
    own.dispose()
    from += parameter.size
  }
}
