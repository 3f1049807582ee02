import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

/** Where each row and each column of a batch of images comes from, for `moved`. */
export interface Moves {
  /** int32 [b, h, 1]: the first place of the row in the rows of all padded images. */
  readonly rows: tf.Tensor
  /** int32 [b, 1, w]: the place in it. */
  readonly columns: tf.Tensor
}

/** How images are moved. */
export interface Movement {
  readonly height: number
  readonly width: number
  /** Up to so many pixels up, down, left and right: each whole number with the same probability. */
  readonly shift: number
  /** Whether each is mirrored left to right with probability ½, before it is moved. */
  readonly flips: boolean
}

/**
 * Draws how a batch is moved at an update, on the host: a few numbers for each image, where `moved` makes the places of
 * all pixels of them.
 *
 * @param size of the batch
 * @returns for the images of the batch from one place on, so many of them: micro-batches get what the whole batch would
 */
export function drawMoves(
  { height, width, shift, flips }: Movement,
  { seed, update, size }: { readonly seed: number; readonly update: number; readonly size: number },
): (from: number, count: number) => Moves {
  const drawn = randomStream(seed)
    .fork(`augmentation/${update}`)
    .uniform(3 * size)
  const step = (place: number): number => Math.floor((drawn[place] ?? 0) * (2 * shift + 1)) - shift
  const [paddedHeight, paddedWidth] = [height + 2 * shift, width + 2 * shift]
  return (from, count) => {
    const rows = new Int32Array(count * height)
    const columns = new Int32Array(count * width)
    for (let i = 0; i < count; i++) {
      const place = 3 * (from + i)
      const [down, right] = [step(place), step(place + 1)]
      const mirrored = flips && (drawn[place + 2] ?? 0) < 0.5
      for (let y = 0; y < height; y++)
        rows[i * height + y] = (i * paddedHeight + y - down + shift) * paddedWidth
      for (let x = 0; x < width; x++)
        columns[i * width + x] = shift + (mirrored ? width - 1 - (x - right) : x - right)
    }
    return {
      rows: tf.tensor3d(rows, [count, height, 1], 'int32'),
      columns: tf.tensor3d(columns, [count, 1, width], 'int32'),
    }
  }
}

/**
 * Images moved as drawn; what comes in from outside is 0, the mean of standardised images. Pure, for compiled work.
 *
 * @param x [b, h, w, c]
 */
export function moved(x: tf.Tensor, { rows, columns }: Moves, shift: number): tf.Tensor {
  return tf.tidy(() => {
    const margin: [number, number] = [shift, shift]
    const padded = tf.pad(x, [[0, 0], margin, margin, [0, 0]])
    const places = tf.add<tf.Tensor>(rows, columns).reshape<tf.Tensor1D>([-1])
    return tf.gather(padded.reshape([-1, x.shape[3] ?? 1]), places).reshape(x.shape)
  })
}
