import * as tf from '@tensorflow/tfjs'
import { checkPass, checkSizes, dense, type Network, type Pass, takeParameters } from './network.ts'

export interface CnnSizes {
  /** [height, width, channels] of one image; height and width must be multiples of 4, for two poolings by 2. */
  readonly image: readonly [number, number, number]
  /** Filters of the two 5×5 convolutions. Default [32, 64]. */
  readonly filters?: readonly [number, number]
  /** Units of the two dense layers. Default [384, 192]. */
  readonly hidden?: readonly [number, number]
  readonly classes: number
}

const WINDOW = 5

/**
 * A small convolutional network: twice [5×5 convolution 'same', ReLU, 2×2 max-pool], two dense layers with ReLU,
 * logits.
 *
 * @throws RangeError on a size that is no positive integer, or an image that two poolings do not divide
 *
 * @example
 * cnn({ image: [32, 32, 3], classes: 10 }) // for CIFAR-10
 */
export function cnn({ image, filters = [32, 64], hidden = [384, 192], classes }: CnnSizes): Network {
  const [height, width, channels] = image
  const [first, second] = filters
  const [wide, narrow] = hidden
  checkSizes('cnn', {
    'image[0]': height,
    'image[1]': width,
    'image[2]': channels,
    'filters[0]': first,
    'filters[1]': second,
    'hidden[0]': wide,
    'hidden[1]': narrow,
    classes,
  })
  if (height % 4 !== 0 || width % 4 !== 0) {
    throw new RangeError(`cnn: the image is ${height}×${width}; height and width must be multiples of 4`)
  }
  const flat = (height / 4) * (width / 4) * second
  const name = `cnn ${height}×${width}×${channels}–${first}–${second}–${wide}–${narrow}–${classes}`
  const parameterShapes = [
    { name: 'conv0/filter', shape: [WINDOW, WINDOW, channels, first], fanIn: WINDOW * WINDOW * channels },
    { name: 'conv0/bias', shape: [first] },
    { name: 'conv1/filter', shape: [WINDOW, WINDOW, first, second], fanIn: WINDOW * WINDOW * first },
    { name: 'conv1/bias', shape: [second] },
    { name: 'dense0/weights', shape: [flat, wide], fanIn: flat },
    { name: 'dense0/bias', shape: [wide] },
    { name: 'dense1/weights', shape: [wide, narrow], fanIn: wide },
    { name: 'dense1/bias', shape: [narrow] },
    { name: 'dense2/weights', shape: [narrow, classes], fanIn: narrow },
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
        const block = (input: tf.Tensor): tf.Tensor => {
          const convolved = tf.conv2d(input as tf.Tensor4D, take() as tf.Tensor4D, 1, 'same')
          return tf.maxPool(tf.relu<tf.Tensor4D>(convolved.add(take())), 2, 2, 'valid')
        }
        const features = block(block(x.reshape([-1, height, width, channels]))).reshape([-1, flat])
        const mixed = tf.relu(dense(features, take(), take()))
        return dense(tf.relu(dense(mixed, take(), take())), take(), take())
      }),
  })
}
