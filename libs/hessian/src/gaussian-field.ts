import { randomStream } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { checkInteger } from './checks.ts'
import { functionObjective, type Objective } from './objective.ts'

export interface GaussianFieldSizes {
  /** d: how many coordinates. */
  readonly dimension: number
  /** m: how many waves; the more, the closer to a Gaussian field. */
  readonly waves: number
  /** Default 0. */
  readonly seed?: number
}

/**
 * A smooth random function of d coordinates, the sum of m waves in random directions,
 *
 *   L(x) = √(2/m) Σⱼ cos(kⱼ·x + φⱼ),   kⱼ ~ N(0, I), φⱼ uniform:
 *
 * for many waves a Gaussian field of mean 0, variance 1 and covariance exp(−‖x − y‖²/2) (Rahimi and Recht 2007). Its parameters
 * are x = 0, the one tensor that it keeps; it repeats nowhere, so starts far apart see different parts of it.
 *
 * Exported under this name, so that workers can make it: `{ module: import.meta.resolve('@flatland/hessian'),
 * name: 'gaussianField', argument: { dimension: 3, waves: 100 } }`.
 *
 * @throws RangeError on sizes that are no positive integers, or a seed out of range
 *
 * @example
 * const { points } = await findCriticalPoints(gaussianField({ dimension: 3, waves: 100 }), { spread: 20 })
 * points.length // 10: most are critical
 */
export function gaussianField({ dimension, waves, seed = 0 }: GaussianFieldSizes): Objective {
  checkInteger('dimension', dimension, 1)
  checkInteger('waves', waves, 1)
  checkInteger('seed', seed, 0, 2 ** 32 - 1)
  const stream = randomStream(seed)
  const directions = stream.fork('directions').normal(dimension * waves)
  const phases = stream
    .fork('phases')
    .uniform(waves)
    .map(u => 2 * Math.PI * u)
  return functionObjective([tf.zeros([1, dimension])], ([x]) =>
    tf
      .matMul(x, tf.tensor2d(directions, [dimension, waves]))
      .add(tf.tensor2d(phases, [1, waves]))
      .cos()
      .sum()
      .mul(Math.sqrt(2 / waves)),
  )
}
