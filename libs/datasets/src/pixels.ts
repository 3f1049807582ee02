import type { Split } from './dataset.ts'

/** An array or typed array of whole numbers. */
export type Indices = ArrayLike<number> & Iterable<number>

/**
 * The chosen images in standard units, (byte / 255 − mean) / std for each channel, with the mean and standard deviation of
 * the training images. Features that are floats are taken as they are: (x − mean) / std.
 *
 * @param indices which images, in which order; default: all of them, as they lie.
 * @returns `indices.length · h · w · c` numbers, image after image, each height × width × channels.
 * @throws RangeError if an index is not a whole number in 0 … size − 1.
 * @example const x = pixels(test, [0, 1]) // MNIST: 2 · 28 · 28 numbers
 */
export function pixels(split: Split, indices: Indices = allOf(split)): Float32Array {
  for (const index of indices) requireIndex(index, split.size)
  return standardiser(split)(indices)
}

/** As `pixels`, for many calls on one split: what can be is computed once, and indices are trusted. */
export function standardiser(split: Split): (indices: Indices) => Float32Array {
  const { images, shape } = split
  return images instanceof Uint8Array
    ? standardisedBytes(images, shape, split)
    : standardisedFeatures(images, shape, split)
}

type Scale = Pick<Split, 'mean' | 'std'>

/** The values of the 256 bytes are computed once. */
function standardisedBytes(
  images: Uint8Array,
  shape: Split['shape'],
  scale: Scale,
): (indices: Indices) => Float32Array {
  const channels = shape[2]
  const length = shape[0] * shape[1] * channels
  const values = Array.from({ length: channels }, (_, c) => standardUnits(scale, c))
  return indices => {
    const out = new Float32Array(indices.length * length)
    for (let i = 0; i < indices.length; i++) {
      const from = (indices[i] ?? 0) * length
      const to = i * length
      for (const [c, valueOf] of values.entries()) {
        for (let j = c; j < length; j += channels) out[to + j] = valueOf[images[from + j] ?? 0] ?? 0
      }
    }
    return out
  }
}

function standardisedFeatures(
  images: Float32Array,
  shape: Split['shape'],
  { mean, std }: Scale,
): (indices: Indices) => Float32Array {
  const channels = shape[2]
  const length = shape[0] * shape[1] * channels
  const [means, scales] = [Float64Array.from(mean), Float64Array.from(std, each => 1 / each)]
  return indices => {
    const out = new Float32Array(indices.length * length)
    for (let i = 0; i < indices.length; i++) {
      const from = (indices[i] ?? 0) * length
      for (let j = 0; j < length; j++) {
        const c = j % channels
        out[i * length + j] = ((images[from + j] ?? 0) - (means[c] ?? 0)) * (scales[c] ?? 1)
      }
    }
    return out
  }
}

/** What each byte stands for in one channel. */
function standardUnits({ mean, std }: Scale, channel: number): Float32Array {
  return Float32Array.from(
    { length: 256 },
    (_, byte) => (byte / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1),
  )
}

function allOf({ size }: Split): Uint32Array {
  return Uint32Array.from({ length: size }, (_, i) => i)
}

function requireIndex(index: number, size: number): void {
  if (Number.isInteger(index) && index >= 0 && index < size) return
  throw new RangeError(`There is no image ${index}: use whole numbers from 0 to ${size - 1}.`)
}
