import { gradients } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkInteger } from './checks.ts'
import { type BatchOptions, microBatchSize } from './micro-batches.ts'
import type { Batch, Examples, ModelObjective, Objective } from './objective.ts'
import { seededWith } from './parameter-tensors.ts'

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
 * Refuses, where the data are cut into micro-batches, a loss that is no mean over the examples of a batch, as far as the
 * first two examples, the last two, and the first with the last show: a sum, one that takes statistics over the batch, or
 * a mean with weights. Its result would silently change with `batchSize`.
 */
export function checkMean({ parameters, loss, examples }: Objective, options: BatchOptions): void {
  if (examples.size <= microBatchSize(examples, options) || averaging.has(loss)) return
  const of = (batch: Batch): number => loss(parameters, batch).dataSync()[0] ?? NaN
  const proven = tf.tidy(() =>
    pairsOf(examples).map(({ one, other, both }) =>
      isMean(of(one), of(other), of(both), `all ${examples.size} examples as one batch with batchSize`),
    ),
  )
  if (proven.every(Boolean)) averaging.add(loss)
}

/** Losses that passed, and could have failed. */
const averaging = new WeakSet<Objective['loss']>()

/** A loss that is a mean over its examples as it is made: it is not looked at. */
export function knownAsMean(loss: Objective['loss']): Objective['loss'] {
  averaging.add(loss)
  return loss
}

interface Pair {
  readonly one: Batch
  readonly other: Batch
  readonly both: Batch
}

function pairsOf({ size, slice }: Examples): Pair[] {
  const neighbours = (i: number): Pair => ({
    one: slice(i, i + 1),
    other: slice(i + 1, i + 2),
    both: slice(i, i + 2),
  })
  const [start, end] = [neighbours(0), neighbours(size - 2)]
  const [one, other] = [start.one, end.other]
  const alike =
    tf.util.arraysEqual(one.inputs.shape, other.inputs.shape) &&
    tf.util.arraysEqual(one.targets.shape, other.targets.shape)
  // Sequences of other lengths cannot be joined.
  return alike ? [start, end, { one, other, both: joined(one, other) }] : [start, end]
}

function joined(one: Batch, other: Batch): Batch {
  return {
    inputs: tf.concat([one.inputs, other.inputs]),
    targets: tf.concat([one.targets, other.targets]),
  }
}

/** Whether these losses show a mean; refuses those that show none. Two that are equal, as 0 and 0, show nothing. */
function isMean(one: number, other: number, both: number, otherwise: string): boolean {
  const error = Math.abs((one + other) / 2 - both)
  const size = Math.abs(one) + Math.abs(other)
  if (error > 1e-3 * size && Number.isFinite(error)) {
    throw new RangeError(
      `The loss of two examples is ${both}, of each alone ${one} and ${other}: over micro-batches it must be the mean of ` +
        'the examples, without weights of classes, batch normalisation or dropout as in training; ' +
        `or take ${otherwise}`,
    )
  }
  return Number.isFinite(error) && Math.abs(one - other) > 1e-2 * size
}

/**
 * Refuses a loss that does not depend on the parameters that it is given, as that of a `tf.LayersModel`, which reads
 * its weights itself, or of which a part does so: at another θ it would silently be the loss at the old one.
 */
export function checkMovable(objective: Objective): void {
  if (movable.has(objective.loss)) return
  tf.tidy(() => {
    const copies = copiesOf(objective.parameters)
    checkDependence({ ...objective, parameters: copies })
    checkNothingElse(objective, copies)
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

/**
 * Whether a loss computes from the parameters that it is given alone, so that it may run as a graph of them.
 *
 * @param work what is remembered, where the loss is made for this
 */
export function readsOnlyGiven(objective: Objective, work: object = objective.loss): boolean {
  const { parameters } = objective
  const known = unread.get(work) ?? new WeakSet()
  if (parameters.every(parameter => known.has(parameter))) return true
  if (tf.tidy(() => readItself(objective, copiesOf(parameters))) >= 0) return false
  for (const parameter of parameters) known.add(parameter)
  unread.set(work, known)
  return true
}

/** For functions of parameters, tensors that they do not read themselves. */
const unread = new WeakMap<object, WeakSet<tf.Tensor>>()

/** Copies, for variables would be found on the tape even where the loss reads them itself. */
function copiesOf(parameters: readonly tf.Tensor[]): tf.Tensor[] {
  return parameters.map(parameter => parameter.clone())
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

/** Refuses a loss that, given copies of its parameters, still depends on the parameters themselves. */
function checkNothingElse(objective: Objective, copies: readonly tf.Tensor[]): void {
  const { parameters } = objective
  const i = readItself(objective, copies)
  if (i < 0) return
  throw new RangeError(
    `The loss reads parameter ${i} of shape [${parameters[i]?.shape.join() ?? ''}] itself, beside those that it is given: ` +
      'at another point that part of it would stay as it is. Compute all of it, penalties too, from what it is given',
  )
}

/** The first parameter on which the loss depends although it is given copies of all; −1 where there is none. */
function readItself({ parameters, loss, examples }: Objective, copies: readonly tf.Tensor[]): number {
  const batch = examples.slice(0, 1)
  // A slope of NaN reaches whatever has a part in the loss, also where its own slope is 0.
  const [mark, nothing] = [tf.scalar(NaN), tf.scalar(0)]
  const marked = (): tf.Tensor => seededWith([mark], [loss(copies, batch)], nothing)
  const reached = gradients(marked, parameters, { independent: 'zeros' }).gradients
  return reached.findIndex(gradient => gradient.sum().dataSync()[0] !== 0)
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
