import { classification, type Objective, overBatches, type ModelObjective } from '@flatland/hessian'
import type { Network } from '@flatland/networks'
import * as tf from '@tensorflow/tfjs'
import { useBackend } from '@flatland/tensor'
import { parameterStore } from './parameter-store.ts'
import { parametersFrom, refusedStart } from './parameter-values.ts'
import { DATA_SETS } from './data-sets.ts'
import { populationStatistics } from './population-statistics.ts'
import { type TrialData, trialData } from './trial-data.ts'
import { trialNetwork } from './trial-network.ts'
import { checkTrial, type Trial, type TrialInput } from './trial.ts'

/** A trained network as plain data. */
export interface KeptNetwork {
  /** The trial that trained it: its network and its data are taken. */
  readonly trial: TrialInput
  /** Under what its parameters are kept: one of `result.kept`. */
  readonly parameters: string
}

/**
 * What batch normalisation takes for mean and variance when a trained network is looked at from other points:
 *
 * - `batch`: those of the batch itself, as in training, and in the tests of Keskar et al. 2016;
 * - `fixed`: those over the images looked at, at the network itself, wherever else it is looked at: as a model that was trained
 *   and saved;
 * - `population`: those over the images looked at, computed anew at each point.
 *
 * Of a network without batch normalisation all are the same.
 */
export type Normalization = 'batch' | 'fixed' | 'population'

export interface ObjectiveChoice {
  readonly normalization: Exclude<Normalization, 'population'>
  /** Images in a batch whose statistics are taken; has to divide their number. It bounds the memory otherwise. */
  readonly batchSize: number
}

/** A trained network, without its data. */
export interface ReadNetwork {
  readonly trial: Trial
  readonly network: Network
  /** θ, as one vector. */
  readonly theta: Float64Array
}

/** A trained network, opened. */
export interface OpenNetwork extends ReadNetwork {
  readonly data: TrialData
  /** θ, as variables: the opener's own. */
  readonly parameters: readonly tf.Variable[]
  /** Its mean cross-entropy over the training images. */
  readonly objective: (choice: ObjectiveChoice) => Objective
  /** The same where each image stands for itself: not with the statistics of batches. */
  readonly modelObjective: () => ModelObjective
  readonly dispose: () => void
}

/**
 * Reads the parameters of a kept network.
 *
 * @throws RangeError (a rejection) when no parameters are kept under that hash, or not those of such a network; TrialError when
 *   the trial is none
 */
export async function readKept(kept: KeptNetwork): Promise<ReadNetwork> {
  const trial = checkTrial(kept.trial)
  const network = trialNetwork(trial)
  const values = await parameterStore().get(kept.parameters)
  const refused = refusedStart(network, kept.parameters, values)
  if (refused !== undefined || values === undefined)
    throw new RangeError(`The hash of the kept network ${refused ?? 'is not there'}`)
  return { trial, network, theta: Float64Array.from(values) }
}

/** How much of its data a kept network is opened with. */
export interface OpenOptions {
  /** The first ones of the images that it was trained on. Default: all. */
  readonly images?: number
  /** Of those held out. Default: all that the trial has. */
  readonly heldOut?: number
}

/**
 * Opens a kept network on one thread: loads its parameters and its data.
 *
 * @throws RangeError (a rejection) when no parameters are kept under that hash, or not those of such a network, or more images
 *   are wanted than it was trained on; TrialError when the trial is none
 */
export async function openKept(
  kept: KeptNetwork,
  { images, heldOut }: OpenOptions = {},
): Promise<OpenNetwork> {
  const { trial, network, theta } = await readKept(kept)
  const size = { train: images ?? trial.data.train, heldOut: heldOut ?? trial.data.heldOut }
  checkImages(size.train, trial.data.train)
  await useBackend(trial.backend, { threads: 1 })
  const data = await trialData({ ...trial, data: { ...trial.data, ...size } })
  const parameters = parametersFrom(network, Float32Array.from(theta))
  let fixed: tf.Tensor[] | undefined
  const statistics = (): tf.Tensor[] => (fixed ??= statisticsOf(network, parameters, data))
  const over = (given: readonly tf.Tensor[] | undefined): ModelObjective => {
    refuseSeveral(trial)
    return classification({
      parameters,
      logits: (theta, x) => network.logits(theta, x, given === undefined ? {} : { statistics: given }),
      classes: network.classes,
      inputs: (start, end) => data.train.x.slice(start, end - start),
      labels: data.train.labels.dataSync(),
    })
  }
  const modelObjective = (): ModelObjective => over(statistics())
  return {
    trial,
    network,
    data,
    parameters,
    theta,
    modelObjective,
    objective: ({ normalization, batchSize }) =>
      normalization === 'batch' && network.statisticShapes.length > 0
        ? overBatches(over(undefined), batchSize)
        : withBatches(modelObjective(), batchSize),
    dispose: () => {
      tf.dispose([...parameters, ...(fixed ?? [])])
      data.dispose()
    },
  }
}

/** An objective is a mean over examples that make one prediction each. */
function refuseSeveral({ data: { name } }: Trial): void {
  const { predictions } = DATA_SETS[name]
  if (predictions > 1)
    throw new RangeError(
      `${name} has ${predictions} predictions an example: no curvature and no sharpness is taken of it here; take a data set with one`,
    )
}

function statisticsOf(
  network: Network,
  parameters: readonly tf.Variable[],
  { train }: TrialData,
): tf.Tensor[] {
  const population = populationStatistics(network, parameters)
  const statistics = population.over(train, train.size)
  population.dispose()
  return statistics
}

function withBatches(objective: ModelObjective, batchSize: number): ModelObjective {
  return { ...objective, examples: { ...objective.examples, batchSize } }
}

function checkImages(images: number, size: number): void {
  if (Number.isInteger(images) && images >= 1 && images <= size) return
  throw new RangeError(
    `images is ${images}; it must be a whole number from 1 to ${size}, the images that the trial trained on`,
  )
}
