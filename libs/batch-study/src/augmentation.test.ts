import { useBackend } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { drawMoves, moved } from './augmentation.ts'

beforeAll(async () => {
  await useBackend('native', { threads: 1 })
})

type Image = readonly (readonly number[])[]

const image: Image = [
  [1, 2, 3],
  [4, 5, 6],
]
const movement = { height: 2, width: 3, shift: 1, flips: true }

/** Mirrored, then moved; zeros come in. */
function byHand(from: Image, down: number, right: number, isMirrored: boolean): number[] {
  return from.flatMap((row, y) =>
    row.map((_, x) => {
      const source = from[y - down] ?? []
      return (isMirrored ? source.toReversed() : source)[x - right] ?? 0
    }),
  )
}

const outcomes = [-1, 0, 1].flatMap(down =>
  [-1, 0, 1].flatMap(right =>
    [false, true].map(isMirrored => ({ isMirrored, pixels: byHand(image, down, right, isMirrored) })),
  ),
)

/** So many copies of the image, moved as drawn. */
function copies(size: number, change: Partial<typeof movement> = {}, seed = 0, update = 0): number[][] {
  const how = { ...movement, ...change }
  return tf.tidy(() => {
    const x = tf.tile(tf.tensor4d(image.flat(), [1, 2, 3, 1]), [size, 1, 1, 1])
    const result = moved(x, drawMoves(how, { seed, update, size })(0, size), how.shift)
    expect(result.shape).toEqual([size, 2, 3, 1])
    return result.reshape<tf.Tensor2D>([size, 6]).arraySync()
  })
}

describe('moved', () => {
  test('the image is where its move says, with zeros around it', () => {
    expect(byHand(image, 1, 0, false)).toEqual([0, 0, 0, 1, 2, 3])
    expect(byHand(image, 0, 1, true)).toEqual([0, 3, 2, 0, 6, 5])
    // In the padded image, 4 × 5: one row up, one pixel right.
    const up = tf.tidy(() =>
      moved(
        tf.tensor4d(image.flat(), [1, 2, 3, 1]),
        {
          rows: tf.tensor3d([2 * 5, 3 * 5], [1, 2, 1], 'int32'),
          columns: tf.tensor3d([0, 1, 2], [1, 1, 3], 'int32'),
        },
        1,
      ).dataSync(),
    )
    expect([...up]).toEqual([0, 4, 5, 0, 0, 0])
  })

  test('every move comes, each as often as another, and no other image', () => {
    const size = 1800
    const places = copies(size).map(pixels =>
      outcomes.findIndex(each => each.pixels.join() === pixels.join()),
    )
    expect(places).not.toContain(-1)
    const counts = outcomes.map((_, i) => places.filter(place => place === i).length)
    // 100 of each are expected; with 18 counts, four standard deviations.
    for (const count of counts) expect(Math.abs(count - size / 18)).toBeLessThan(4 * Math.sqrt(size / 18))
  })

  test('nothing is mirrored where it is only moved, and nothing moved by 0 pixels', () => {
    const unmirrored = outcomes.filter(({ isMirrored }) => !isMirrored).map(({ pixels }) => pixels.join())
    for (const pixels of copies(100, { flips: false })) expect(unmirrored).toContain(pixels.join())
    for (const pixels of copies(10, { flips: false, shift: 0 })) expect(pixels).toEqual(image.flat())
  })

  test('the channels of a pixel stay together', () => {
    tf.tidy(() => {
      const x = tf.tensor4d(
        image.flat().flatMap(value => [value, 10 * value]),
        [1, 2, 3, 2],
      )
      const [first, second] = tf.unstack(
        moved(x, drawMoves(movement, { seed: 3, update: 0, size: 1 })(0, 1), 1),
        3,
      )
      expect(second?.arraySync()).toEqual(first?.mul(10).arraySync())
    })
  })

  test('a draw is that of its seed and update, in parts as in the whole', () => {
    expect(copies(20, {}, 1, 5)).toEqual(copies(20, {}, 1, 5))
    expect(copies(20, {}, 1, 6)).not.toEqual(copies(20, {}, 1, 5))
    expect(copies(20, {}, 2, 5)).not.toEqual(copies(20, {}, 1, 5))
    const draw = drawMoves(movement, { seed: 1, update: 5, size: 20 })
    const [whole, part] = [draw(0, 20), draw(8, 4)]
    const columns = [...whole.columns.dataSync()].slice(8 * 3, 12 * 3)
    expect([...part.columns.dataSync()]).toEqual(columns)
    // The places of rows count from the part's own first image.
    const rows = [...whole.rows.dataSync()].slice(8 * 2, 12 * 2).map(row => row - 8 * 4 * 5)
    expect([...part.rows.dataSync()]).toEqual(rows)
    tf.dispose([whole.rows, whole.columns, part.rows, part.columns])
  })
})
