import { englishTextSizes, vocabularySize, wordnetDefinitionsSizes } from '@flatland/datasets'

/** What a data set is made of, before it is loaded. */
export interface DataSetKind {
  /** Examples in each split, at most: a trial may take fewer. */
  readonly train: number
  readonly heldOut: number
  /**
   * Of one example: height, width, channels. Features that are no image are channels of one pixel, and so are the numbers of a
   * row of text.
   */
  readonly shape: readonly [number, number, number]
  readonly classes: number
  /** By how many pixels augmentation moves an image, in each direction; `null` where there are no images. */
  readonly shift: number | null
  /** How many predictions are made of an example: 1, or the tokens of a sequence that are hidden. */
  readonly predictions: number
  /** Tokens in an example; `null` where it is no text. */
  readonly tokens: number | null
}

const digits = {
  train: 60_000,
  heldOut: 10_000,
  shape: [28, 28, 1],
  classes: 10,
  shift: 2,
  predictions: 1,
  tokens: null,
} satisfies DataSetKind
const photographs = {
  train: 50_000,
  heldOut: 10_000,
  shape: [32, 32, 3],
  shift: 4,
  predictions: 1,
  tokens: null,
} satisfies Omit<DataSetKind, 'classes'>
const features = {
  shape: [1, 1, 360],
  shift: null,
  predictions: 1,
  tokens: null,
} satisfies Partial<DataSetKind>

/** Each text is masked in four ways, one copy after the other. */
const COPIES = 4
const { 128: short, 512: long } = englishTextSizes
const definitions = wordnetDefinitionsSizes

function maskedText(
  length: number,
  { train, test, predictions }: Record<keyof typeof short, number>,
): DataSetKind {
  return {
    train: COPIES * train,
    heldOut: test,
    shape: [1, 1, 2 * length + predictions],
    classes: vocabularySize,
    shift: null,
    predictions,
    tokens: length,
  }
}

/** The data sets that a trial can name. TIMIT has the sizes of Keskar et al. (2016), table 5, at most. */
export const DATA_SETS = {
  mnist: digits,
  'fashion-mnist': digits,
  cifar10: { ...photographs, classes: 10 },
  cifar100: { ...photographs, classes: 100 },
  'speech-like': { ...features, train: 60_000, heldOut: 10_000, classes: 500 },
  timit: { ...features, train: 721_329, heldOut: 310_621, classes: 1973 },
  'english-128': maskedText(128, short),
  'english-512': maskedText(512, long),
  wordnet: {
    train: definitions.train,
    heldOut: definitions.test,
    shape: [1, 1, 2 * definitions.length],
    classes: definitions.classes,
    shift: null,
    predictions: 1,
    tokens: definitions.length,
  },
} as const satisfies Readonly<Record<string, DataSetKind>>

export type DataSetName = keyof typeof DATA_SETS
