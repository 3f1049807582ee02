import { cifar10, type Dataset, fashionMnist, mnist, pixels, type Split } from '@flatland/datasets'
import * as tf from '@tensorflow/tfjs'
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

const LOADERS: Record<Trial['data']['name'], () => Promise<Dataset>> = {
  mnist,
  'fashion-mnist': () => fashionMnist(),
  cifar10: () => cifar10(),
}

/** The one that was loaded last: trials of a sweep mostly share theirs. */
let loaded: { readonly name: string; readonly dataset: Promise<Dataset> } | undefined

/**
 * The images that a trial trains on, and those that it is measured on: the first ones of each split. On the backend MNIST
 * takes 220 MB, CIFAR-10 740 MB.
 */
export async function trialData({ data }: Trial): Promise<TrialData> {
  if (loaded?.name !== data.name) loaded = { name: data.name, dataset: LOADERS[data.name]() }
  const current = loaded
  try {
    const dataset = await current.dataset
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
