import {
  cifar10,
  cifar100,
  type Dataset,
  fashionMnist,
  mnist,
  pixels,
  speechLike,
  type Split,
  timit,
} from '@flatland/datasets'
import * as tf from '@tensorflow/tfjs'
import { DATA_SETS } from './data-sets.ts'
import type { Trial } from './trial.ts'

/** Images as tensors, all of them on the backend: so a batch is a list of places, and preparing it costs next to nothing. */
export interface TrialImages {
  readonly size: number
  /** Standardised pixels, [size, height, width, channels]. */
  readonly x: tf.Tensor
  /** Classes, [size], int32. */
  readonly labels: tf.Tensor1D
}

export interface TrialData {
  readonly train: TrialImages
  readonly heldOut: TrialImages
  readonly dispose: () => void
}

const LOADERS: Record<Trial['data']['name'], () => Dataset | Promise<Dataset>> = {
  mnist,
  'fashion-mnist': () => fashionMnist(),
  cifar10: () => cifar10(),
  cifar100: () => cifar100(),
  'speech-like': () => speechLike(),
  timit: () => timit(),
}

/** The one that was loaded last: trials of a sweep mostly share theirs. */
let loaded: { readonly name: string; readonly dataset: Promise<Dataset> } | undefined

/**
 * The images that a trial trains on, and those that it is measured on: the first ones of each split. On the backend MNIST
 * takes 220 MB, CIFAR-10 740 MB.
 *
 * @throws RangeError (a rejection) when the data set is smaller here than the trial wants, or of another kind
 */
export async function trialData({ data }: Trial): Promise<TrialData> {
  if (loaded?.name !== data.name) loaded = { name: data.name, dataset: load(data.name) }
  const current = loaded
  try {
    const dataset = await current.dataset
    checkSplit(data, 'train', dataset.train)
    checkSplit(data, 'heldOut', dataset.test)
    const [train, heldOut] = [onBackend(dataset.train, data.train), onBackend(dataset.test, data.heldOut)]
    return {
      train,
      heldOut,
      dispose: () => {
        tf.dispose([train.x, train.labels, heldOut.x, heldOut.labels])
      },
    }
  } catch (error) {
    // Another try may have more luck.
    if (loaded === current) loaded = undefined
    throw error
  }
}

async function load(name: Trial['data']['name']): Promise<Dataset> {
  return LOADERS[name]()
}

/**
 * That a split is what the trial was checked by, and large enough for it.
 *
 * @throws RangeError
 */
export function checkSplit(
  data: Trial['data'],
  of: 'train' | 'heldOut',
  { size, shape, classes }: Split,
): void {
  const kind = DATA_SETS[data.name]
  if (data[of] > size)
    throw new RangeError(
      `data.${of} is ${data[of]}; ${data.name} as it is here has ${size}, so give at most that`,
    )
  if (shape.join() !== kind.shape.join() || classes.length !== kind.classes) {
    throw new RangeError(
      `${data.name} as it is here has examples of [${shape.join()}] in ${classes.length} classes; they must be of ` +
        `[${kind.shape.join()}] in ${kind.classes}`,
    )
  }
}

function onBackend(split: Split, size: number): TrialImages {
  const places = Uint32Array.from({ length: size }, (_, i) => i)
  return {
    size,
    x: tf.tensor(pixels(split, places), [size, ...split.shape]),
    labels: tf.tensor1d(Int32Array.from(split.labels.subarray(0, size)), 'int32'),
  }
}

/** Some images of a split and their classes, by their places: for compiled work, to which the places are an argument. */
export function imagesAt({ x, labels }: TrialImages, places: tf.Tensor): { x: tf.Tensor; labels: tf.Tensor } {
  const indices = places as tf.Tensor1D
  return { x: tf.gather(x, indices), labels: tf.gather<tf.Tensor>(labels, indices) }
}
