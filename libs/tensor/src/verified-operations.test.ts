import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hessianVectorProduct } from '../test/hessian-check.ts'
import { useBackend } from './backend.ts'

const square = (x: tf.Tensor): tf.Tensor => x.square().sum()
const image = (): tf.Tensor => tf.ones([1, 6, 6, 1])
const labels = (): tf.Tensor2D => tf.tensor2d([[0, 1]])

/** x² that saves an intermediate result, as a hand-written customGrad may: its second derivative would be wrong. */
const customSquare = tf.customGrad((x, save) => {
  const doubled = (x as tf.Tensor).mul(2)
  ;(save as tf.GradSaveFunc)([doubled])
  return {
    value: doubled.mul(x as tf.Tensor).div(2),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => dy.mul(saved[0] ?? dy),
  }
})

describe('twice, what nobody has verified is refused by name; once, it stays as it is', () => {
  beforeAll(async () => {
    await useBackend('cpu')
  })
  beforeEach(() => {
    tf.engine().startScope()
  })
  afterEach(() => {
    tf.engine().endScope()
  })

  test.each<[message: string, x: () => tf.Tensor, loss: (x: tf.Tensor) => tf.Tensor]>([
    [
      "the customGrad in 'softmaxCrossEntropy' is not verified: use crossEntropy of @flatland/tensor",
      () => tf.tensor2d([[0.5, -1]]),
      x => tf.losses.softmaxCrossEntropy(labels(), x),
    ],
    ["customGrad in 'forward' is not verified: use the same", () => tf.ones([2]), x => customSquare(x).sum()],
    [
      'second derivative of MirrorPad is not verified: use tf.pad with a constant',
      () => tf.ones([2, 2]),
      x => square(tf.mirrorPad(x, [[1, 1], [1, 1]], 'reflect')), // prettier-ignore
    ],
    [
      'ResizeBilinear is not verified: use images of the right size',
      image,
      x => square(tf.image.resizeBilinear(x as tf.Tensor4D, [3, 3])),
    ],
    [
      'LRN is not verified: use batch norm or layer norm',
      image,
      x => square(tf.localResponseNormalization(x as tf.Tensor4D)),
    ],
    [
      'SpaceToBatchND is not verified: use verified operations (listed in the README',
      () => tf.ones([1, 2, 2, 1]),
      x => square(tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]])), // prettier-ignore
    ],
    [
      "AvgPool with pad 0 has no verified second derivative: use 'same' or 'valid'",
      image,
      x => square(tf.avgPool(x as tf.Tensor4D, 2, 2, 0)),
    ],
    [
      "Conv2D with dataFormat 'NCHW' has no verified second derivative: use NHWC",
      () => tf.ones([1, 1, 3, 3]),
      x => square(tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, 'same', 'NCHW')),
    ],
    [
      'GatherV2 with batchDims 1 has no verified',
      () => tf.ones([2, 3]),
      x => square(tf.gather(x, tf.tensor2d([[0, 1], [2, 1]], [2, 2], 'int32'), 1, 1)), // prettier-ignore
    ],
  ])('%s', (message, x, loss) => {
    const given = x()
    expect(tf.grad(loss)(given).shape).toEqual(given.shape)
    const v = tf.onesLike(given)
    const before = tf.memory().numTensors
    expect(() => hessianVectorProduct(([u = given]) => loss(u), [given], [v])).toThrow(message)
    expect(tf.memory().numTensors).toBe(before)
  })

  test('a third derivative is refused', () => {
    const once = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => tf.grad(f)(x).sum()
    const cubic = (x: tf.Tensor): tf.Tensor => x.mul(x).mul(x).sum()
    expect(once(once(cubic))(tf.scalar(2)).dataSync()[0]).toBe(12)
    expect(() => once(once(once(cubic)))(tf.scalar(2))).toThrow(
      'A third derivative, here of Sum, is not verified',
    )
  })

  test('an outer function may use any operation: it is differentiated once', () => {
    const outer = (x: tf.Tensor): tf.Tensor => tf.prod(tf.grad(square)(x))
    // The product of 2x is 4x₁x₂.
    expect([
      ...tf
        .grad(outer)(tf.tensor1d([1, 2]))
        .dataSync(),
    ]).toEqual([8, 4])
  })
})
