import * as tf from '@tensorflow/tfjs'
import { CLASSES, INPUTS, type UpdateTimes } from './update-time-study.ts'

/** Sides of the square matrices that are multiplied: as large as takes a fraction of a second. */
const SIDES = { native: 2048, wasm: 1024 }
/** The best of so many, after one that warms up. */
const REPEATS = 5

/**
 * How long the matrix products of one update take at least, if they run as fast as large square ones on the same
 * backend and threads: in milliseconds, in proportion to the batch. Calls, memory and all other operations are not in
 * it, so a measured update takes longer.
 *
 * @returns `undefined` where the study was stopped before the speed of products was measured
 *
 * @example
 * arithmeticTime(result, 1000)! / updateAt(result.rows, 1000).median // the share that arithmetic needs
 */
export function arithmeticTime(
  { study, flopsPerSecond }: Pick<UpdateTimes, 'study' | 'flopsPerSecond'>,
  batchSize: number,
): number | undefined {
  if (flopsPerSecond === null) return undefined
  return (1000 * updateFlops(study.hidden, batchSize)) / flopsPerSecond
}

/**
 * Floating-point operations of the matrix products of an update: for each layer X·W forward, and backward Xᵀ·G for
 * its weights and G·Wᵀ for the layer before it, which the first has not. A product [m, k]·[k, n] counts 2mkn.
 */
function updateFlops(hidden: readonly number[], batchSize: number): number {
  const widths = [INPUTS, ...hidden, CLASSES]
  const weights = widths.slice(1).map((outputs, layer) => outputs * (widths[layer] ?? 0))
  const [first = 0] = weights
  return 2 * batchSize * (3 * weights.reduce((a, b) => a + b, 0) - first)
}

/** The floating-point operations a second of the fastest of some large matrix products, on the backend in use. */
export function measureFlopsPerSecond(backend: keyof typeof SIDES): number {
  const side = SIDES[backend]
  const matrices = [tf.fill([side, side], 0.5), tf.ones([side, side])] as const
  const once = (): number => {
    const before = performance.now()
    // One entry is read back, so that the product is done.
    tf.tidy(() =>
      tf
        .matMul(...matrices)
        .slice([0, 0], [1, 1])
        .dataSync(),
    )
    return performance.now() - before
  }
  once()
  const best = Math.min(...Array.from({ length: REPEATS }, once))
  tf.dispose([...matrices])
  return (2 * side ** 3) / (best / 1000)
}
