import { compile } from '@flatland/compile'
import type { RuleOptimizer } from '@flatland/optimizers'
import * as tf from '@tensorflow/tfjs'
import { piecesOf } from './gradient-pieces.ts'
import { type Batch, type Beginning, disposeBatches } from './training.ts'
import type { LayerScale } from './trial-result.ts'
import type { Trial } from './trial.ts'

export interface LayerScales {
  /**
   * How the next update would scale each parameter tensor: see `trustRatios` of an optimiser.
   *
   * @param update its number, from 0 on, from which draws follow
   * @param places of its batch
   * @returns `null` where a number is not finite
   */
  readonly at: (update: number, places: Int32Array) => LayerScale[] | null
  readonly dispose: () => void
}

/** Looks at steps of a layer-wise rule without making them: at the gradient of the whole batch, by whatever parts. */
export function layerScales(
  trial: Trial,
  { network, parameters, loss, batches }: Beginning,
  descent: RuleOptimizer,
): LayerScales {
  const weighted = compile((batch: Batch, weight: tf.Tensor) =>
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => loss(parameters, batch).mul(weight), [...parameters])
      return parameters.map(({ name }) => grads[name] ?? never())
    }),
  )
  const gradientOf = (update: number, places: Int32Array): tf.Tensor[] => {
    const pieces = batches(update, places, piecesOf(trial, places.length))
    const total = pieces.reduce<tf.Tensor[]>((sum, piece) => {
      const weight = tf.scalar(piece.places.size / places.length)
      const own = weighted(piece, weight)
      weight.dispose()
      if (sum.length === 0) return own
      const next = own.map((each, i) => each.add<tf.Tensor>(sum[i] ?? never()))
      tf.dispose([sum, own])
      return next
    }, [])
    disposeBatches(pieces)
    return total
  }
  const places = new Map(parameters.map(({ name }, i) => [name, i]))
  return {
    at: (update, batch) => {
      const gradient = gradientOf(update, batch)
      const found = descent.trustRatios(
        Object.fromEntries([...places].map(([name, i]) => [name, gradient[i] ?? never()])),
      )
      tf.dispose(gradient)
      const scales = found.map(({ name, ...scale }) => ({
        name: network.parameterShapes[places.get(name) ?? -1]?.name ?? never(),
        ...scale,
      }))
      const isFinite = scales.every(({ weightNorm, directionNorm, ratio }) =>
        [weightNorm, directionNorm, ratio].every(Number.isFinite),
      )
      return isFinite ? scales : null
    },
    dispose: () => {
      weighted.dispose()
    },
  }
}

function never(): never {
  throw new Error('the loss does not depend on a parameter')
}
