import * as tf from '@tensorflow/tfjs'
import { input, pair, replaceKernel, type WindowAttributes } from './kernels.ts'
import { mendAveragePoolGradient } from './average-pool-gradient.ts'
import { registerDepthwiseGradients } from './wasm-depthwise.ts'
import { mendMaxPoolGradient } from './wasm-max-pool.ts'
import { registerSegmentSum } from './wasm-segment-sum.ts'

/**
 * What stock wasm lacks (the gradients of filters and of `gather`: no convolution could be trained), gets wrong (`MaxPoolGrad`, `AvgPoolGrad`)
 * or computes in scalar loops 10–20 times slower than XNNPACK (transposed matrix products, `Conv2DBackpropInput`), composed from
 * the kernels that are fast.
 */
export function registerWasmKernels(): void {
  replaceKernel('BatchMatMul', 'wasm', transposeFirst)
  replaceKernel('Conv2D', 'wasm', refuseOtherPads)
  replaceKernel('FusedConv2D', 'wasm', refuseOtherPads)
  replaceKernel('Conv2DBackpropInput', 'wasm', stock => refuseOtherPads(convolveRotated(stock)))
  replaceKernel('MaxPoolGrad', 'wasm', mendMaxPoolGradient)
  replaceKernel('AvgPoolGrad', 'wasm', mendAveragePoolGradient)
  registerDepthwiseGradients()
  registerSegmentSum()
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: refuseOtherPads(({ inputs, attrs }) =>
      tf.tidy(() =>
        filterGradient(input(inputs, 'x'), input(inputs, 'dy'), attrs as unknown as FilterAttributes),
      ),
    ),
  })
}

interface FilterAttributes extends WindowAttributes {
  readonly filterShape: readonly [number, number, number, number]
}

/**
 * Where a pad is a number, TensorFlow.js takes the filter's height for its width too: with a filter that is not
 * square, wasm then writes past the end of its output and spoils what lies behind. TensorFlow's own gradients
 * refuse every pad but these two as well.
 */
function refuseOtherPads(kernel: tf.KernelFunc): tf.KernelFunc {
  return params => {
    const { pad } = params.attrs as unknown as WindowAttributes
    if (pad !== 'same' && pad !== 'valid') {
      throw new RangeError(
        `conv2d on wasm: pad is ${JSON.stringify(pad)}; it must be 'same' or 'valid' (tf.pad, then 'valid', gives any other)`,
      )
    }
    return kernel(params)
  }
}

/** aᵀ and bᵀ are laid out first, then multiplied untransposed. */
function transposeFirst(stock: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const made: tf.Tensor[] = []
    const laidOut = (name: string, transposed: unknown): tf.Tensor => {
      const given = input(inputs, name)
      if (transposed !== true) return given
      const swapped = swapLastTwo(given)
      made.push(swapped)
      return swapped
    }
    const plain = { a: laidOut('a', attrs?.['transposeA']), b: laidOut('b', attrs?.['transposeB']) }
    const product = stock({ inputs: plain, attrs: { transposeA: false, transposeB: false }, backend })
    tf.dispose(made)
    return product
  }
}

function swapLastTwo(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis)
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2])
}

/** At stride 1, dx is dy, padded by what the forward pass did not pad, convolved with the filter turned by 180°. */
function convolveRotated(stock: tf.KernelFunc): tf.KernelFunc {
  return params => {
    const { strides, pad } = params.attrs as unknown as WindowAttributes
    if (pair(strides).some(stride => stride !== 1)) return stock(params)
    return tf.tidy(() => {
      const filter = input(params.inputs, 'filter') as tf.Tensor4D
      const dy = input(params.inputs, 'dy') as tf.Tensor4D
      const [height, width] = filter.shape
      const rest = (size: number): [number, number] => {
        const before = pad === 'same' ? (size - 1) >> 1 : 0
        const after = pad === 'same' ? size - 1 - before : 0
        return [size - 1 - before, size - 1 - after]
      }
      const padded = tf.pad(dy, [[0, 0], rest(height), rest(width), [0, 0]])
      const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
      return tf.conv2d(padded, turned, 1, 'valid')
    })
  }
}

/**
 * dW[i, j, c, o] = Σ x[n, i + s·p, j + s·q, c] · dy[n, p, q, o]: a convolution over the batch, with x's channels
 * as its batch, dy as its filter, and the stride as its dilation.
 */
function filterGradient(x: tf.Tensor, dy: tf.Tensor, attributes: FilterAttributes): tf.Tensor {
  const [height, width, , channels] = attributes.filterShape
  const dilations: [number, number] = [...pair(attributes.strides)]
  const padded = tf.pad(x as tf.Tensor4D, paddings(x, dy, attributes))
  const channelsFirst = tf.transpose<tf.Tensor4D>(padded, [3, 1, 2, 0])
  const asFilter = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D
  const sums = tf.conv2d(channelsFirst, asFilter, 1, 'valid', 'NHWC', dilations)
  // A stride that does not divide the image leaves rows that no window covers.
  const whole = tf.slice(sums, [0, 0, 0, 0], [sums.shape[0], height, width, channels])
  return tf.transpose(whole, [1, 2, 0, 3])
}

function paddings(x: tf.Tensor, dy: tf.Tensor, attributes: FilterAttributes): [number, number][] {
  const { pad, strides, filterShape } = attributes
  if (pad === 'valid') return [[0, 0], [0, 0], [0, 0], [0, 0]] // prettier-ignore
  const along = (axis: 1 | 2): [number, number] => {
    const stride = pair(strides)[axis - 1] ?? 1
    const total = ((dy.shape[axis] ?? 0) - 1) * stride + (filterShape[axis - 1] ?? 0) - (x.shape[axis] ?? 0)
    const before = Math.max(0, total) >> 1
    return [before, Math.max(0, total) - before]
  }
  return [[0, 0], along(1), along(2), [0, 0]]
}
