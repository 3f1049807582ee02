import {
  cifar10,
  cifar100,
  type Dataset,
  englishText,
  englishTextSizes,
  fashionMnist,
  mnist,
  pixels,
  type SequenceLength,
  speechLike,
  type Split,
  timit,
  type TokenDataset,
  type TokenSplit,
  vocabularySize,
  wordnetDefinitions,
} from '@flatland/datasets'
import { checkTokens } from '@flatland/networks'
import * as tf from '@tensorflow/tfjs'
import { DATA_SETS } from './data-sets.ts'
import type { Trial } from './trial.ts'

/** Images as tensors, all of them on the backend: so a batch is a list of places, and preparing it costs next to nothing. */
export interface TrialImages {
  readonly size: number
  /** Standardised pixels, [size, height, width, channels]; of text int32 rows, [size, width], as `bert` takes them. */
  readonly x: tf.Tensor
  /** Classes, int32, [size]; [size, predictions] where several are predicted of an example. */
  readonly labels: tf.Tensor
}

export interface TrialData {
  readonly train: TrialImages
  readonly heldOut: TrialImages
  readonly dispose: () => void
}

type AnyDataset = Dataset | TokenDataset

/** @param copies in how many ways a text is masked */
type Load = (copies: number) => AnyDataset | Promise<AnyDataset>

const LOADERS: Record<Trial['data']['name'], Load> = {
  mnist,
  'fashion-mnist': () => fashionMnist(),
  cifar10: () => cifar10(),
  cifar100: () => cifar100(),
  'speech-like': () => speechLike(),
  timit: () => timit(),
  'english-128': copies => englishText({ length: 128, duplicates: copies }),
  'english-512': copies => englishText({ length: 512, duplicates: copies }),
  wordnet: () => wordnetDefinitions(),
}

/** As few as are enough, since each takes its time and memory; more have the same first rows. */
function copiesFor({ name, train }: Trial['data']): number {
  const { tokens, predictions } = DATA_SETS[name]
  return predictions === 1 ? 1 : Math.ceil(train / englishTextSizes[tokens as SequenceLength].train)
}

/** The one that was loaded last: trials of a sweep mostly share theirs. */
let loaded: { readonly key: string; readonly dataset: Promise<AnyDataset> } | undefined

/**
 * The images that a trial trains on, and those that it is measured on: the first ones of each split. On the backend MNIST
 * takes 220 MB, CIFAR-10 740 MB.
 *
 * @throws RangeError (a rejection) when the data set is smaller here than the trial wants, or of another kind
 */
export async function trialData({ data }: Trial): Promise<TrialData> {
  const copies = copiesFor(data)
  const key = `${data.name}, ${copies}`
  if (loaded?.key !== key) loaded = { key, dataset: load(data.name, copies) }
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

async function load(name: Trial['data']['name'], copies: number): Promise<AnyDataset> {
  return LOADERS[name](copies)
}

/**
 * That a split is what the trial was checked by, and large enough for it.
 *
 * @throws RangeError
 */
export function checkSplit(data: Trial['data'], of: 'train' | 'heldOut', split: Split | TokenSplit): void {
  const kind = DATA_SETS[data.name]
  const { size, classes } = split
  const shape = 'inputs' in split ? [1, 1, split.width] : split.shape
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

function onBackend(split: Split | TokenSplit, size: number): TrialImages {
  if ('inputs' in split) return tokensOnBackend(split, size)
  const places = Uint32Array.from({ length: size }, (_, i) => i)
  return {
    size,
    x: tf.tensor(pixels(split, places), [size, ...split.shape]),
    labels: tf.tensor1d(Int32Array.from(split.labels.subarray(0, size)), 'int32'),
  }
}

export function tokensOnBackend(
  { width, inputs, labelsPerExample: labels, ...split }: TokenSplit,
  size: number,
): TrialImages {
  const shape = labels === 1 ? [size] : [size, labels]
  const rows = inputs.subarray(0, size * width)
  // The network does not look: a wrong token would be TensorFlow's own error, or any numbers.
  checkTokens(rows, {
    vocabulary: vocabularySize,
    length: (labels === 1 ? width : width - labels) / 2,
    ...(labels > 1 && { predictions: labels }),
  })
  return {
    size,
    x: tf.tensor2d(rows, [size, width], 'int32'),
    labels: tf.tensor(split.labels.subarray(0, size * labels), shape, 'int32'),
  }
}

/**
 * Some images of a split, by their places, and the classes of all that is predicted of them, [predictions of all]: for
 * compiled work, to which the places are an argument.
 */
export function imagesAt(
  { x, labels }: TrialImages,
  places: tf.Tensor,
): { x: tf.Tensor; labels: tf.Tensor1D } {
  const indices = places as tf.Tensor1D
  return { x: tf.gather(x, indices), labels: tf.gather(labels, indices).flatten() }
}
