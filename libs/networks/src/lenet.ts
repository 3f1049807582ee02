import * as tf from '@tensorflow/tfjs'
import { checkPass, checkSizes, dense, type Network, type Pass, takeParameters } from './network.ts'

export interface LenetSizes {
  /** [height, width, channels] of one image; height and width must be multiples of 4 from 12 on. Default [28, 28, 1]. */
  readonly image?: readonly [number, number, number]
  /** Default 10. */
  readonly classes?: number
}

const WINDOW = 5

/**
 * LeNet-5 (LeCun et al. 1998), with ReLU and max-pooling as it is trained today: 5×5 convolution of 6 filters 'same', 2×2
 * max-pool, 5×5 convolution of 16 filters 'valid', 2×2 max-pool, dense layers of 120 and 84, logits. Weights start as
 * N(0, 2/fanIn).
 *
 * @throws RangeError on a size that is no positive integer, or an image that the two poolings do not divide
 *
 * @example
 * parameterCount(lenet()) // 61706
 */
export function lenet({ image = [28, 28, 1], classes = 10 }: LenetSizes = {}): Network {
  const [height, width, channels] = image
  checkSizes('lenet', { 'image[0]': height, 'image[1]': width, 'image[2]': channels, classes })
  if (height % 4 !== 0 || width % 4 !== 0 || height < 12 || width < 12) {
    throw new RangeError(
      `lenet: the image is ${height}×${width}; height and width must be multiples of 4 from 12 on`,
    )
  }
  // Halved, four less for the windows inside, halved again.
  const flat = (height / 4 - 2) * (width / 4 - 2) * 16
  const name = `lenet ${height}×${width}×${channels}–6–16–120–84–${classes}`
  const parameterShapes = [
    { name: 'conv0/filter', shape: [WINDOW, WINDOW, channels, 6], fanIn: WINDOW * WINDOW * channels },
    { name: 'conv0/bias', shape: [6] },
    { name: 'conv1/filter', shape: [WINDOW, WINDOW, 6, 16], fanIn: WINDOW * WINDOW * 6 },
    { name: 'conv1/bias', shape: [16] },
    { name: 'dense0/weights', shape: [flat, 120], fanIn: flat },
    { name: 'dense0/bias', shape: [120] },
    { name: 'dense1/weights', shape: [120, 84], fanIn: 120 },
    { name: 'dense1/bias', shape: [84] },
    { name: 'dense2/weights', shape: [84, classes], fanIn: 84 },
    { name: 'dense2/bias', shape: [classes] },
  ]
  return Object.freeze({
    name,
    inputShape: image,
    classes,
    parameterShapes,
    statisticShapes: [],
    batchStatistics: () => [],
    logits: (parameters: readonly tf.Tensor[], x: tf.Tensor, pass: Pass = {}) =>
      tf.tidy(() => {
        checkPass(name, [], pass)
        const take = takeParameters(name, parameters, parameterShapes.length)
        const block = (input: tf.Tensor, pad: 'same' | 'valid'): tf.Tensor => {
          const convolved = tf.conv2d(input as tf.Tensor4D, take() as tf.Tensor4D, 1, pad)
          return tf.maxPool(tf.relu<tf.Tensor4D>(convolved.add(take())), 2, 2, 'valid')
        }
        const maps = block(block(x.reshape([-1, height, width, channels]), 'same'), 'valid')
        const mixed = tf.relu(dense(maps.reshape([-1, flat]), take(), take()))
        return dense(tf.relu(dense(mixed, take(), take())), take(), take())
      }),
  })
}
