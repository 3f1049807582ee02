/** One part of a data set as plain bytes; holds no tensors. Do not write into its arrays. */
export interface Split {
  /** Raw pixel bytes, image after image, each height × width × channels: `size · h · w · c` of them. */
  readonly images: Uint8Array
  /** The class of each image: an index into `classes`. */
  readonly labels: Uint8Array
  /** Height, width and channels of one image. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** The number of images. */
  readonly size: number
  readonly classes: readonly string[]
  /** Mean per channel over the *training* images, on a scale where byte 255 is 1. The same in both splits. */
  readonly mean: readonly number[]
  /** Standard deviation, as `mean`. */
  readonly std: readonly number[]
}

export interface Dataset {
  readonly name: string
  readonly train: Split
  readonly test: Split
  readonly licence: string
  /** Who made it, and the package it comes in. */
  readonly source: string
}

/** What the images of both splits have in common. */
export type SplitKind = Pick<Split, 'shape' | 'classes' | 'mean' | 'std'>

/**
 * A frozen split of `labels.length` images.
 *
 * @throws RangeError if `images` has not the bytes for that many images, or a label names no class.
 */
export function createSplit(images: Uint8Array, labels: Uint8Array, kind: SplitKind): Split {
  const [height, width, channels] = kind.shape
  const size = labels.length
  if (images.length !== size * height * width * channels) {
    throw new RangeError(
      `${size} labels need ${size} images of ${kind.shape.join(' × ')} bytes, but there are ${images.length} bytes.`,
    )
  }
  const unknown = labels.find(label => label >= kind.classes.length)
  if (unknown !== undefined) {
    throw new RangeError(`Label ${unknown} names none of the ${kind.classes.length} classes.`)
  }
  return Object.freeze({ images, labels, size, ...kind })
}
