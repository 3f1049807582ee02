import * as tf from '@tensorflow/tfjs'

/** The best of so many products, after one that warms up. */
const REPEATS = 10

/**
 * The floating-point operations a second of the fastest of some products of two float32 matrices: 2 n³ in one
 * product of [n, n] and [n, n].
 *
 * @param side n
 */
export function matrixProductFlops(side: number): number {
  const [a, b] = [tf.randomUniform([side, side], -1, 1, 'float32', 1), tf.ones([side, side])]
  const once = (): number => {
    const start = performance.now()
    const product = tf.matMul(a, b)
    product.dataSync()
    product.dispose()
    return performance.now() - start
  }
  once()
  const best = Math.min(...Array.from({ length: REPEATS }, once))
  tf.dispose([a, b])
  return (2 * side ** 3) / (best / 1000)
}
