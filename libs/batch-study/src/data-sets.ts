/** What a data set is made of, before it is loaded. */
export interface DataSetKind {
  /** Examples in each split, at most: a trial may take fewer. */
  readonly train: number
  readonly heldOut: number
  /** Of one example: height, width, channels. Features that are no image are channels of one pixel. */
  readonly shape: readonly [number, number, number]
  readonly classes: number
  /** By how many pixels augmentation moves an image, in each direction; `null` where there are no images. */
  readonly shift: number | null
}

const digits = {
  train: 60_000,
  heldOut: 10_000,
  shape: [28, 28, 1],
  classes: 10,
  shift: 2,
} satisfies DataSetKind
const photographs = { train: 50_000, heldOut: 10_000, shape: [32, 32, 3], shift: 4 } satisfies Omit<
  DataSetKind,
  'classes'
>

/** The data sets that a trial can name. TIMIT has the sizes of Keskar et al. (2016), table 5, at most. */
export const DATA_SETS = {
  mnist: digits,
  'fashion-mnist': digits,
  cifar10: { ...photographs, classes: 10 },
  cifar100: { ...photographs, classes: 100 },
  'speech-like': { train: 60_000, heldOut: 10_000, shape: [1, 1, 360], classes: 500, shift: null },
  timit: { train: 721_329, heldOut: 310_621, shape: [1, 1, 360], classes: 1973, shift: null },
} as const satisfies Readonly<Record<string, DataSetKind>>

export type DataSetName = keyof typeof DATA_SETS
