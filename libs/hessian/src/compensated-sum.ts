import { compile } from '@flatland/compile'
import * as tf from '@tensorflow/tfjs'
import { UNTRACED } from './compiled-work.ts'

/** A sum of lists of tensors that stays on the backend. */
export interface CompensatedSum {
  /** Adds tensors of the same shapes each time; they stay the caller's. */
  readonly add: (tensors: readonly tf.Tensor[]) => void
  /** Adds the sum to the vector, and begins a new one. */
  readonly read: () => void
  /** Gives back its tensors, whether they were read or not. */
  readonly dispose: () => void
}

/**
 * Sums tensors in float32 without losing digits, for reading thousands of products back one by one costs a good part of
 * computing them. Beside the rounded sum s of two numbers it keeps what the rounding lost, which is exactly
 *
 *   a + b − s = (a − (s − b′)) + (b − b′),   b′ = s − a
 *
 * (Knuth, The Art of Computer Programming, volume 2, 4.2.2, theorem B). What is lost is itself summed in float32, so
 * after 16 tensors all is added to the vector, in float64.
 *
 * @param vector gets the sum times `weight`, flattened
 */
export function compensatedSum(vector: Float64Array, weight: number): CompensatedSum {
  let sums: tf.Tensor[] = []
  let lost: tf.Tensor[] = []
  let count = 0
  const replace = (nextSums: readonly tf.Tensor[], nextLost: readonly tf.Tensor[]): void => {
    tf.dispose([...sums, ...lost])
    // A scope of the caller's ends before the next ones come.
    sums = nextSums.map(tensor => tf.keep(tensor))
    lost = nextLost.map(tensor => tf.keep(tensor))
  }
  const read = (): void => {
    addTo(vector, weight, sums)
    // Where the sum is infinite, what it lost is NaN.
    addTo(vector, weight, lost, true)
    replace([], [])
    count = 0
  }
  return {
    add: tensors => {
      if (count === 16) read()
      tf.tidy(() => {
        if (count === 0) {
          replace(
            tensors.map(tensor => tensor.clone()),
            [],
          )
          return
        }
        const next = twoSums(sums, count === 1 ? sums.map(sum => tf.zerosLike(sum)) : lost, tensors)
        replace(next.sums, next.lost)
      })
      count++
    },
    read,
    dispose: () => {
      replace([], [])
    },
  }
}

interface TwoSums {
  readonly sums: readonly tf.Tensor[]
  readonly lost: readonly tf.Tensor[]
}

/** sᵢ = aᵢ + bᵢ, and what has been lost before plus what this one loses. */
function twoSum(a: readonly tf.Tensor[], lost: readonly tf.Tensor[], b: readonly tf.Tensor[]): TwoSums {
  const parts = a.map((x, i) => {
    const [y, before] = [b[i] ?? x, lost[i] ?? x]
    const s = x.add(y)
    const own = s.sub(x)
    return { s, error: before.add(x.sub(s.sub(own)).add(y.sub(own))) }
  })
  return { sums: parts.map(({ s }) => s), lost: parts.map(({ error }) => error) }
}

function twoSums(...given: Parameters<typeof twoSum>): TwoSums {
  const shapes = given[0].map(({ shape }) => shape.join()).join(' ')
  const before = additions.get(shapes) ?? 0
  additions.set(shapes, before + 1)
  return before < UNTRACED ? twoSum(...given) : compiled(...given)
}

/** It has nothing of the caller's in it: so it serves the whole process. */
const compiled = compile(twoSum)

/** How often tensors of which shapes were added. */
const additions = new Map<string, number>()

/** Adds `weight` times the tensors, flattened one after the other, to a vector. */
export function addTo(
  vector: Float64Array,
  weight: number,
  tensors: readonly tf.Tensor[],
  onlyFinite = false,
): void {
  let offset = 0
  for (const tensor of tensors) {
    const values = tensor.dataSync<'float32'>()
    const part = vector.subarray(offset, (offset += values.length))
    for (let i = 0; i < part.length; i++) {
      const value = values[i] ?? NaN
      if (!onlyFinite || Number.isFinite(value)) part[i] = (part[i] ?? NaN) + weight * value
    }
  }
}
