import { compile } from '@flatland/compile'
import type { Network } from '@flatland/networks'
import * as tf from '@tensorflow/tfjs'
import { evenParts } from './even-parts.ts'
import type { TrialImages } from './trial-data.ts'

/** Of examples at once, for statistics and evaluations: the activations of a small convolutional network are 100 MB then. */
export const EVALUATED_AT_ONCE = 500

export interface PopulationStatistics {
  /** For `logits`, over the first images; the caller disposes of them. None where the network normalises nothing. */
  readonly over: (images: TrialImages, first: number) => tf.Tensor[]
  readonly dispose: () => void
}

/**
 * The statistics that batch normalisation takes when a network is evaluated: the mean over the batches of some images of
 * the means and the (biased) variances within each batch, each batch counted by its size,
 *
 *   μ = Σ_B |B| μ_B / n,   σ² = Σ_B |B| σ²_B / n,
 *
 * at the network's variables as they are. The batches are the images in their order, as few and as even as can be, of at
 * most 500. It is what Ioffe and Szegedy (2015), algorithm 2, do in place of running means.
 */
export function populationStatistics(
  network: Network,
  parameters: readonly tf.Variable[],
): PopulationStatistics {
  const ofBatch = compile((x: tf.Tensor) => network.batchStatistics(parameters, x))
  return {
    over: (images, first) => {
      let sums = tf.tidy(() => network.statisticShapes.map(({ shape }) => tf.zeros([...shape])))
      if (sums.length === 0) return sums
      for (const [from, size] of evenParts(first, EVALUATED_AT_ONCE)) {
        const before = sums
        sums = tf.tidy(() => {
          const statistics = ofBatch(images.x.slice(from, size))
          return before.map((sum, i) => sum.add(tf.mul(statistics[i] ?? never(), size / first)))
        })
        tf.dispose(before)
      }
      return sums
    },
    dispose: ofBatch.dispose,
  }
}

function never(): never {
  throw new Error('a statistic of the network is missing')
}
