import { trainingStep } from '@flatland/compile'
import { initialParameters, type Network, type Pass } from '@flatland/networks'
import {
  accumulate,
  optimizer,
  ruleFromConfig,
  type Schedule,
  scheduleFromConfig,
} from '@flatland/optimizers'
import { crossEntropy, randomGenerator, randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { drawMoves, moved, type Movement } from './augmentation.ts'
import { DATA_SETS } from './data-sets.ts'
import { layerScales, type LayerScales } from './layer-scales.ts'
import { type Piece, piecesOf } from './gradient-pieces.ts'
import { parametersFrom } from './parameter-values.ts'
import { imagesAt, type TrialImages } from './trial-data.ts'
import { readTrainingState, type TrainingState, writeTrainingState } from './training-state.ts'
import { ghostBatchOf, hasDropout, trialNetwork } from './trial-network.ts'
import type { Trial } from './trial.ts'

/** What every way of training has. */
export interface Beginning {
  readonly network: Network
  readonly parameters: readonly tf.Variable[]
  /** How a batch passes, but for dropout. */
  readonly pass: Pass
  /** The mean loss of a batch. */
  readonly loss: (theta: readonly tf.Tensor[], batch: Batch) => tf.Scalar
  /** A batch in pieces, on the backend; its draws are those of the update. The caller disposes of it. */
  readonly batches: (update: number, places: Int32Array, pieces: readonly Piece[]) => Batch[]
  /** ‖θ − θ₀‖. */
  readonly distance: () => number
  readonly dispose: () => void
}

/** A network in training. */
export interface Training extends Pick<
  Beginning,
  'network' | 'parameters' | 'pass' | 'distance' | 'dispose'
> {
  /** The optimiser in full. */
  readonly optimizer: string
  /** The next update, on the images at these places. @returns the loss of the batch before it */
  readonly update: (places: Int32Array) => number
  /** How a layer-wise rule would scale the parameters in that update; none under another rule. */
  readonly layers: LayerScales['at']
  /** All that changes from update to update. */
  readonly state: () => Promise<TrainingState>
  /** Goes on from there. @throws RangeError (a rejection) when it is of another network or optimiser */
  readonly restore: (state: TrainingState) => Promise<void>
}

/**
 * The start of a trial; its updates are compiled.
 *
 * @param given the parameters to start from; where there are none, they are drawn
 */
export function startTraining(trial: Trial, images: TrialImages, given?: Float32Array): Training {
  const beginning = begin(trial, images, given)
  const { network, parameters, pass, loss, batches, distance, dispose } = beginning
  const base = ruleFromConfig(trial.rule)
  const parts = trial.batchSize / (trial.microBatch ?? trial.batchSize)
  const descent = optimizer(parts > 1 ? accumulate(base, parts) : base, rateOf(trial))
  const step = trainingStep(descent, parameters, loss)
  const scales = layerScales(trial, beginning, descent)
  const stepOn = (batch: Batch): number => {
    const before = step(batch)
    const [value = NaN] = before.dataSync()
    before.dispose()
    return value
  }
  let update = 0
  return {
    network,
    parameters,
    pass,
    optimizer: descent.name,
    update: places => {
      const pieces = batches(update++, places, piecesOf(trial, places.length))
      const losses: number[] = []
      // Each pass sees the same loss: images are moved, and units dropped, as in the first.
      for (let i = 0; i < base.passes; i++) losses.push(...pieces.map(stepOn))
      disposeBatches(pieces)
      const first = losses.slice(0, pieces.length)
      return first.reduce((a, b) => a + b) / first.length
    },
    layers: scales.at,
    state: () => readTrainingState(update, parameters, descent),
    restore: async state => {
      await writeTrainingState(state, parameters, descent)
      update = state.update
    },
    distance,
    dispose: () => {
      scales.dispose()
      step.dispose()
      descent.dispose()
      dispose()
    },
  }
}

/** What a trial trains, and on what. */
export function begin(trial: Trial, images: TrialImages, given?: Float32Array): Beginning {
  const network = trialNetwork(trial)
  const parameters =
    given === undefined
      ? initialParameters(network, randomStream(trial.seed))
      : parametersFrom(network, given)
  const start = parameters.map(parameter => parameter.clone())
  const ghostBatch = ghostBatchOf(trial)
  const pass: Pass = ghostBatch === null ? {} : { ghostBatch }
  const movement = movementOf(trial)
  return {
    network,
    parameters,
    pass,
    loss: (theta, { places, rows, columns, dropoutSeed }) => {
      const { x, labels } = imagesAt(images, places)
      const inputs =
        rows === undefined || columns === undefined ? x : moved(x, { rows, columns }, movement?.shift ?? 0)
      const logits = network.logits(
        theta,
        inputs,
        dropoutSeed === undefined ? pass : { ...pass, dropoutSeed },
      )
      return crossEntropy(logits, tf.oneHot(labels, network.classes).toFloat())
    },
    batches: (update, places, pieces) => batchesOf(trial, movement, update, places, pieces),
    distance: () => distance(parameters, start),
    dispose: () => {
      tf.dispose([...start, ...parameters])
    },
  }
}

export function rateOf({ learningRate }: Trial): number | Schedule {
  return typeof learningRate === 'number' ? learningRate : scheduleFromConfig(learningRate)
}

export function disposeBatches(batches: readonly Batch[]): void {
  tf.dispose(batches.flatMap(each => Object.values(each).filter(tensor => tensor !== undefined)))
}

/** What one call of the compiled step is given. */
export interface Batch {
  readonly [name: string]: tf.Tensor | undefined
  readonly places: tf.Tensor
  /** Both, or neither. */
  readonly rows?: tf.Tensor
  readonly columns?: tf.Tensor
  readonly dropoutSeed?: tf.Tensor
}

function batchesOf(
  trial: Trial,
  movement: Movement | null,
  update: number,
  places: Int32Array,
  pieces: readonly Piece[],
): Batch[] {
  const { seed } = trial
  const draw = movement === null ? null : drawMoves(movement, { seed, update, size: places.length })
  return pieces.map(({ index, from, size }) => ({
    places: tf.tensor1d(places.subarray(from, from + size), 'int32'),
    ...draw?.(from, size),
    ...(hasDropout(trial) ? { dropoutSeed: dropoutSeed(`${seed}/dropout/${update}/${index}`) } : {}),
  }))
}

/** Two words at random: layers add small numbers to them, which must not lead to the seed of another update. */
function dropoutSeed(key: string): tf.Tensor {
  const random = randomGenerator(key)
  return tf.tensor1d([random.next(), random.next()], 'int32')
}

function movementOf({ data }: Trial): Movement | null {
  const { shape, shift } = DATA_SETS[data.name]
  if (data.augmentation === 'none' || shift === null) return null
  const [height, width] = shape
  return { height, width, shift, flips: data.augmentation === 'shift and flip' }
}

function distance(parameters: readonly tf.Tensor[], start: readonly tf.Tensor[]): number {
  return tf.tidy(() => {
    const squares = parameters.map((each, i) =>
      each
        .sub(start[i] ?? each)
        .square()
        .sum(),
    )
    return Math.sqrt(tf.addN(squares).dataSync()[0] ?? NaN)
  })
}
