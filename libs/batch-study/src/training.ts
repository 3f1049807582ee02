import { trainingStep } from '@flatland/compile'
import { initialParameters, type Network, type Pass } from '@flatland/networks'
import { accumulate, optimizer, ruleFromConfig, scheduleFromConfig } from '@flatland/optimizers'
import { crossEntropy, randomGenerator, randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { drawMoves, moved, type Movement } from './augmentation.ts'
import { DATA_SETS } from './data-sets.ts'
import { parametersFrom } from './parameter-values.ts'
import { imagesAt, type TrialImages } from './trial-data.ts'
import { ghostBatchOf, hasDropout, trialNetwork } from './trial-network.ts'
import type { Trial } from './trial.ts'

/** A network in training. */
export interface Training {
  readonly network: Network
  readonly parameters: readonly tf.Variable[]
  /** How a batch passes, but for dropout. */
  readonly pass: Pass
  /** The optimiser in full. */
  readonly optimizer: string
  /** The next update, on the images at these places. @returns the loss of the batch before it */
  readonly update: (places: Int32Array) => number
  /** ‖θ − θ₀‖. */
  readonly distance: () => number
  readonly dispose: () => void
}

/**
 * The start of a trial; its updates are compiled.
 *
 * @param given the parameters to start from; where there are none, they are drawn
 */
export function startTraining(trial: Trial, images: TrialImages, given?: Float32Array): Training {
  const network = trialNetwork(trial)
  const parameters =
    given === undefined
      ? initialParameters(network, randomStream(trial.seed))
      : parametersFrom(network, given)
  const start = parameters.map(parameter => parameter.clone())
  const base = ruleFromConfig(trial.rule)
  const part = trial.microBatch ?? trial.batchSize
  const parts = trial.batchSize / part
  const rate = trial.learningRate
  const descent = optimizer(
    parts > 1 ? accumulate(base, parts) : base,
    typeof rate === 'number' ? rate : scheduleFromConfig(rate),
  )
  const ghostBatch = ghostBatchOf(trial)
  const pass: Pass = ghostBatch === null ? {} : { ghostBatch }
  const movement = movementOf(trial)
  const step = trainingStep(descent, parameters, (theta, { places, rows, columns, dropoutSeed }: Batch) => {
    const { x, labels } = imagesAt(images, places)
    const inputs =
      rows === undefined || columns === undefined ? x : moved(x, { rows, columns }, movement?.shift ?? 0)
    const logits = network.logits(theta, inputs, dropoutSeed === undefined ? pass : { ...pass, dropoutSeed })
    return crossEntropy(logits, tf.oneHot(labels, network.classes).toFloat())
  })
  const stepOn = (batch: Batch): number => {
    const loss = step(batch)
    const [value = NaN] = loss.dataSync()
    loss.dispose()
    return value
  }
  let update = 0
  return {
    network,
    parameters,
    pass,
    optimizer: descent.name,
    update: places => {
      const batches = batchesOf(trial, movement, part, update++, places)
      const losses: number[] = []
      // Each pass sees the same loss: images are moved, and units dropped, as in the first.
      for (let i = 0; i < base.passes; i++) losses.push(...batches.map(stepOn))
      tf.dispose(batches.flatMap(each => Object.values(each).filter(tensor => tensor !== undefined)))
      const first = losses.slice(0, batches.length)
      return first.reduce((a, b) => a + b) / first.length
    },
    distance: () => distance(parameters, start),
    dispose: () => {
      step.dispose()
      descent.dispose()
      tf.dispose([...start, ...parameters])
    },
  }
}

/** What one call of the compiled step is given. */
interface Batch {
  readonly [name: string]: tf.Tensor | undefined
  readonly places: tf.Tensor
  /** Both, or neither. */
  readonly rows?: tf.Tensor
  readonly columns?: tf.Tensor
  readonly dropoutSeed?: tf.Tensor
}

/** The batch of an update in its parts, on the backend. */
function batchesOf(
  trial: Trial,
  movement: Movement | null,
  part: number,
  update: number,
  places: Int32Array,
): Batch[] {
  const { seed } = trial
  const draw = movement === null ? null : drawMoves(movement, { seed, update, size: places.length })
  return Array.from({ length: Math.ceil(places.length / part) }, (_, i) => {
    const own = places.subarray(i * part, (i + 1) * part)
    return {
      places: tf.tensor1d(own, 'int32'),
      ...draw?.(i * part, own.length),
      ...(hasDropout(trial) ? { dropoutSeed: dropoutSeed(`${seed}/dropout/${update}/${i}`) } : {}),
    }
  })
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
