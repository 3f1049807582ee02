/** One part of a data set as plain arrays; holds no tensors. Do not write into them. */
export interface Split<
  Images extends Uint8Array | Float32Array = Uint8Array | Float32Array,
  Labels extends Uint8Array | Uint16Array = Uint8Array | Uint16Array,
> {
  /**
   * Raw pixel bytes, image after image, each height × width × channels: `size · h · w · c` of them. Or features of any
   * other kind, as floats, which are channels of one pixel.
   */
  readonly images: Images
  /** The class of each image: an index into `classes`. */
  readonly labels: Labels
  /** Height, width and channels of one image. */
  readonly shape: readonly [height: number, width: number, channels: number]
  /** The number of images. */
  readonly size: number
  readonly classes: readonly string[]
  /**
   * Mean per channel over the *training* images, on a scale where byte 255 is 1; features are on their own scale. The
   * same in both splits.
   */
  readonly mean: readonly number[]
  /** Standard deviation, as `mean`. */
  readonly std: readonly number[]
}

/** Pixels as bytes, and at most 256 classes. */
export type ImageSplit = Split<Uint8Array, Uint8Array>

/** Features as floats, and more classes. */
export type FeatureSplit = Split<Float32Array, Uint16Array>

export interface Dataset<Part extends Split = Split> {
  readonly name: string
  readonly train: Part
  readonly test: Part
  readonly licence: string
  /** Who made it, and where it comes from. */
  readonly source: string
}

/** What the images of both splits have in common. */
export type SplitKind = Pick<Split, 'shape' | 'classes' | 'mean' | 'std'>

/**
 * A frozen split of `labels.length` images.
 *
 * @throws RangeError if `images` has not the numbers for that many images, or a label names no class.
 */
export function createSplit<
  Images extends Uint8Array | Float32Array,
  Labels extends Uint8Array | Uint16Array,
>(images: Images, labels: Labels, kind: SplitKind): Split<Images, Labels> {
  const [height, width, channels] = kind.shape
  const size = labels.length
  if (images.length !== size * height * width * channels) {
    const numbers = images instanceof Uint8Array ? 'bytes' : 'numbers'
    throw new RangeError(
      `${size} labels need ${size} images of ${kind.shape.join(' × ')} ${numbers}, but there are ${images.length} ${numbers}.`,
    )
  }
  const unknown = labels.find(label => label >= kind.classes.length)
  if (unknown !== undefined) {
    throw new RangeError(`Label ${unknown} names none of the ${kind.classes.length} classes.`)
  }
  return Object.freeze({ images, labels, size, ...kind })
}
