import * as tf from '@tensorflow/tfjs'
import type { At } from './compiled-objective.ts'
import type { LinearWork, LinearWorkAt } from './compiled-work.ts'

/** Products at some points, whose first passes are kept as far as they fit. */
export interface KeptPoints<V, R> {
  /** The product with v at the point of this key, which is made when it is not kept. */
  readonly apply: (key: number, point: () => At, v: V) => R
  readonly dispose: () => void
}

/** @param bytes how many are kept at most, beside those of the point at hand */
export function keptPoints<V extends readonly tf.Tensor[], R>(
  work: LinearWork<At, V, R>,
  bytes: number,
): KeptPoints<V, R> {
  const kept = new Map<number, Kept<V, R>>()
  let free = bytes
  return {
    apply: (key, point, v) => {
      const before = kept.get(key)
      if (before !== undefined) return before.map.apply(v)
      const now = open(work, point())
      let isKept = false
      try {
        const result = now.map.apply(v)
        const size = now.bytes()
        isKept = size > 0 && size <= free
        if (isKept) {
          free -= size
          kept.set(key, now)
        }
        return result
      } finally {
        if (!isKept) now.dispose()
      }
    },
    dispose: () => {
      // A product that is still under way keeps nothing more.
      free = 0
      for (const point of kept.values()) point.dispose()
      kept.clear()
    },
  }
}

interface Kept<V extends readonly tf.Tensor[], R> {
  readonly map: LinearWorkAt<V, R>
  /** 0 where nothing would be gained. */
  readonly bytes: () => number
  readonly dispose: () => void
}

/** The batch is cloned, which copies nothing: so it is ours, and outlives the scope that it was made in. */
function open<V extends readonly tf.Tensor[], R>(
  work: LinearWork<At, V, R>,
  [parameters, inputs, targets]: At,
): Kept<V, R> {
  const batch = [tf.keep(inputs.clone()), tf.keep(targets.clone())] as const
  const map = work.at([parameters, ...batch])
  return {
    map,
    bytes: () =>
      map.heldBytes === 0
        ? 0
        : batch.reduce((sum, { size, dtype }) => sum + size * tf.util.bytesPerElement(dtype), map.heldBytes),
    dispose: () => {
      map.dispose()
      tf.dispose([...batch])
    },
  }
}
