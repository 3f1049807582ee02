import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkInteger } from './checks.ts'
import { type BatchOptions, DEFAULT_BATCH_SIZE } from './micro-batches.ts'
import type { ModelObjective, Objective } from './objective.ts'

/**
 * Refuses what cannot be differentiated before any work on the data, by one gradient of one example.
 *
 * @throws RangeError when there are no parameters or no examples, a parameter is disposed of or not finite, the
 *   batch size is no positive integer, the loss is not a finite scalar that depends on every parameter, or it is no
 *   mean over examples although there are several micro-batches
 */
export function checkObjective(objective: Objective, options: BatchOptions): void {
  const { parameters, examples, loss } = objective
  checkSizes(objective, options)
  parameters.forEach(checkFinite)
  tf.tidy(() => {
    const batch = examples.slice(0, 1)
    gradients(at => loss(at, batch), parameters)
  })
  checkMean(objective, options)
}

/** What can be checked without computing anything: a loss may well be wanted where it is not finite. */
export function checkSizes({ parameters, examples }: Objective, { batchSize }: BatchOptions): void {
  if (parameters.length === 0)
    throw new RangeError('The objective has no parameters: give at least one tensor')
  parameters.forEach((parameter, i) => {
    if (!parameter.isDisposed) return
    throw new RangeError(`Parameter ${i} of the objective has been disposed of: keep it`)
  })
  checkInteger('The number of examples', examples.size, 1, Infinity, 'a mean needs data')
  if (batchSize !== undefined) checkInteger('batchSize', batchSize, 1)
}

/**
 * Refuses, where the data are cut into micro-batches, a loss that is no mean over the examples of a batch: a sum, or one
 * that takes statistics over the batch. Its result would silently change with `batchSize`.
 */
export function checkMean(
  { parameters, loss, examples }: Objective,
  { batchSize = DEFAULT_BATCH_SIZE }: BatchOptions,
): void {
  if (examples.size <= batchSize || averaging.has(loss)) return
  const of = (start: number, end: number): number =>
    tf.tidy(() => loss(parameters, examples.slice(start, end)).dataSync()[0] ?? NaN)
  const [first, second, both] = [of(0, 1), of(1, 2), of(0, 2)]
  const error = Math.abs((first + second) / 2 - both)
  if (!Number.isFinite(error)) return
  if (error > 1e-3 * (Math.abs(first) + Math.abs(second))) {
    throw new RangeError(
      `The loss of two examples is ${both}, of each alone ${first} and ${second}: over micro-batches it must be the mean of ` +
        'the examples, without batch normalisation or dropout as in training; ' +
        `or take all ${examples.size} examples as one batch with batchSize`,
    )
  }
  averaging.add(loss)
}

/** Losses that passed. */
const averaging = new WeakSet<Objective['loss']>()

/**
 * Refuses a loss that does not depend on the parameters that it is given, as that of a `tf.LayersModel`, which reads
 * its weights itself: at another θ it would silently be the loss at the old one.
 */
export function checkMovable(objective: Objective): void {
  if (movable.has(objective.loss)) return
  tf.tidy(() => {
    // Copies, for variables would be found on the tape even where the loss reads them itself.
    checkDependence({ ...objective, parameters: objective.parameters.map(parameter => parameter.clone()) })
  })
  movable.add(objective.loss)
}

/** Refuses parameters that have no part in the loss: neither given to it nor variables that it reads itself. */
export function checkPresent(objective: Objective): void {
  try {
    checkMovable(objective)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    tf.tidy(() => {
      checkDependence(objective)
    })
  }
}

/** Losses that passed; a loss keeps how it comes by its parameters. */
const movable = new WeakSet<Objective['loss']>()

function checkDependence({ parameters, loss, examples }: Objective): void {
  const batch = examples.slice(0, 1)
  const guarded = (at: tf.Tensor[]): tf.Tensor => {
    const value = loss(at, batch)
    // A loss that is not finite has no gradient, but depends on θ all the same.
    const finite = value.dataSync().every(Number.isFinite)
    return tf.where(tf.scalar(finite, 'bool'), value, tf.scalar(0))
  }
  try {
    gradients(guarded, parameters)
  } catch (error) {
    if (!(error instanceof RangeError && error.message.startsWith('The loss does not depend'))) throw error
    const advice =
      'a tf.LayersModel reads its weights itself: take its outputs from `layersModel`, or stay at its present weights'
    throw new RangeError(`${error.message} (${advice})`, { cause: error })
  }
}

/** The shape of the outputs of one example; refuses outputs whose first dimension is not the examples. */
export function checkOutputs({ parameters, outputs, examples }: ModelObjective): readonly number[] {
  const shape = tf.tidy(() => outputs(parameters, examples.slice(0, 1).inputs).shape)
  if (shape[0] === 1) return shape.slice(1)
  throw new RangeError(
    `The outputs of one example are of shape [${shape.join()}]: their first dimension must be the examples, here 1`,
  )
}

function checkFinite(parameter: tf.Tensor, i: number): void {
  const values = parameter.dataSync()
  const bad = values.findIndex(value => !Number.isFinite(value))
  if (bad < 0) return
  throw new RangeError(
    `Parameter ${i} of the objective, of shape [${parameter.shape.join()}], holds ${values[bad] ?? NaN} at ${bad}: ` +
      'start from finite parameters; training may have diverged before',
  )
}
