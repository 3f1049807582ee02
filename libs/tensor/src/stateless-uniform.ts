import * as tf from '@tensorflow/tfjs'
import { input, runKernel } from './kernels.ts'
import { native } from './native-operations.ts'
import { philox, type Words4 } from './philox.ts'

/**
 * Random numbers, uniform on [0, 1), as a function of a seed: the same seed and shape give the same bits at every call
 * and on every backend (they are those of TensorFlow's operation `StatelessRandomUniform`), and another seed gives others.
 * So they may be drawn inside a compiled function, with the seed as one of its arguments: that function draws anew at
 * each call, and is reproducible. The numbers are multiples of 2⁻²³, and constants for a gradient.
 *
 * @param shape of the result
 * @param seed int32, shape [2], e.g. `tf.tensor1d([seed, step], 'int32')`. Two draws at one step need two
 *   seeds: the same seed gives the same numbers again.
 * @returns float32; the caller disposes of it
 * @throws RangeError on a shape of other than whole numbers from 0 on
 * @throws RangeError on any other seed
 *
 * @example
 * const noisy = compile((x: tf.Tensor, seed: tf.Tensor1D) => x.add(statelessUniform(x.shape, seed)))
 * for (let step = 0; step < 10; step++) noisy(x, tf.tensor1d([7, step], 'int32'))
 */
export function statelessUniform(shape: readonly number[], seed: tf.Tensor): tf.Tensor {
  if (!shape.every(size => Number.isInteger(size) && size >= 0))
    throw new RangeError(
      `statelessUniform: the shape is [${shape.join()}]; its sizes must be whole numbers from 0 on`,
    )
  if (seed.dtype !== 'int32' || seed.rank !== 1 || seed.shape[0] !== 2)
    throw new RangeError(
      `statelessUniform: the seed is ${seed.dtype} of shape [${seed.shape.join()}]; it must be int32 of shape [2], ` +
        "e.g. tf.tensor1d([seed, step], 'int32')",
    )
  return runKernel(KERNEL, { seed }, { shape: [...shape] })
}

const KERNEL = 'StatelessRandomUniform'

/** TensorFlow's own operation natively, and the same algorithm on the host elsewhere. */
export function registerStatelessUniform(): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { TF_ATTR_TYPE, TF_FLOAT } = native(backend).binding
      const int32 = native(backend).getDTypeInteger('int32')
      const attributes = Object.entries({ dtype: TF_FLOAT, T: int32, Tseed: int32 }).map(([name, value]) => ({
        name,
        type: TF_ATTR_TYPE,
        value,
      }))
      return tf.tidy(() => {
        const shape = tf.tensor1d(shapeIn(attrs), 'int32')
        return native(backend).executeSingleOutput(KERNEL, attributes, [shape, input(inputs, 'seed')])
      })
    },
  })
  for (const backendName of ['wasm', 'cpu']) {
    tf.registerKernel({
      kernelName: KERNEL,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const [first = 0, second = 0] = input(inputs, 'seed').dataSync()
        const shape = shapeIn(attrs)
        return tf.tensor(uniformNumbers(tf.util.sizeFromShape(shape), first, second), shape)
      },
    })
  }
}

function shapeIn(attributes: tf.NamedAttrMap | undefined): number[] {
  return (attributes as unknown as { readonly shape: number[] }).shape
}

/**
 * What TensorFlow computes (`stateless_random_ops.cc`, `random_distributions.h`): the seed goes through Philox once,
 * and gives the key and the upper half of the counter; each value of the lower half gives four numbers.
 */
function uniformNumbers(size: number, first: number, second: number): Float32Array {
  const signs = [first >> 31, second >> 31] as const
  const [k, l, high, higher] = philox([first, signs[0], second, signs[1]], [0x3ec8f720, 0x02461e29])
  const numbers = new Float32Array(size)
  let words: Words4 = [0, 0, 0, 0]
  for (let i = 0; i < size; i++) {
    if (i % 4 === 0) words = philox([i / 4, 0, high, higher], [k, l])
    // The lower 23 bits are the fraction of a float from [1, 2).
    numbers[i] = ((words[i % 4] ?? 0) & 0x7fffff) / 0x800000
  }
  return numbers
}
