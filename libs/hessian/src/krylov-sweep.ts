import { denseEigen } from './dense-eigen.ts'
import { breakdown, orthogonalize } from './orthogonalize.ts'
import type { Products } from './products.ts'
import { freshDirection, type RandomVectors } from './random-vectors.ts'
import { combination, norm } from './vectors.ts'
import { type WantedEnd, wantedPlaces } from './wanted-end.ts'

/** A Ritz value θ and its vector V y: of length 1, orthogonal to the others. */
export interface RitzPair {
  readonly value: number
  readonly vector: Float64Array
}

export interface SweepSettings {
  readonly products: Products
  readonly random: RandomVectors
  readonly which: WantedEnd
  readonly tolerance: number
  readonly basisSize: number
  /** The sweep ends, converged or not, when so many products were taken. */
  readonly lastProduct: number
  /** ‖A‖ as far as it was seen before. */
  readonly operatorNorm?: number
}

export interface Sweep {
  readonly pairs: readonly RitzPair[]
  readonly converged: boolean
  readonly operatorNorm: number
}

/** An orthonormal basis V, H = Vᵀ A V, and A V = V H + β v eᵀ with v the next vector, if there is one. */
interface Krylov {
  readonly basis: Float64Array[]
  readonly projected: number[][]
  residualNorm: number
  next: Float64Array | undefined
}

/**
 * One run of thick-restart Lanczos on the orthogonal complement of locked vectors, from a random start, until k pairs at the
 * wanted end have converged.
 */
export async function krylovSweep(
  k: number,
  locked: readonly Float64Array[],
  settings: SweepSettings,
): Promise<Sweep> {
  const { products, random, which, tolerance } = settings
  const dimension = products.size - locked.length
  const basisSize = Math.min(settings.basisSize, dimension)
  const wanted = wantedPlaces(dimension, k, which).length
  const krylov: Krylov = { basis: [], projected: [], residualNorm: 0, next: freshDirection(random, locked) }
  let operatorNorm = settings.operatorNorm ?? 0
  while (true) {
    await extend(krylov, locked, settings)
    const count = krylov.basis.length
    const ended = krylov.next === undefined || products.count >= settings.lastProduct
    if (count < basisSize && count % 5 !== 0 && !ended) continue
    const { values, vectors } = denseEigen(krylov.projected)
    operatorNorm = Math.max(operatorNorm, Math.abs(values[0] ?? NaN), Math.abs(values.at(-1) ?? NaN))
    const places = wantedPlaces(count, k, which)
    const estimates = places.map(place => krylov.residualNorm * Math.abs(vectors[place]?.at(-1) ?? NaN))
    const enough =
      places.length === wanted && estimates.every(estimate => estimate <= 0.5 * tolerance * operatorNorm)
    const converged = krylov.next === undefined || enough
    if (converged || ended) {
      const pairs = places.map(place => ({
        value: values[place] ?? NaN,
        vector: combination(krylov.basis, vectors[place] ?? new Float64Array(), products.size),
      }))
      return { pairs, converged, operatorNorm }
    }
    if (count === basisSize) restart(krylov, keptPlaces(count, wanted, which), values, vectors)
  }
}

/** Takes one product, and its part outside the basis as the next vector. */
async function extend(
  krylov: Krylov,
  locked: readonly Float64Array[],
  { products, random }: SweepSettings,
): Promise<void> {
  const { basis, projected, next } = krylov
  if (next === undefined) throw new Error('unreachable: an exhausted sweep has ended')
  basis.push(next)
  const w = await products.apply(next)
  const before = norm(w)
  const column = orthogonalize(w, [...locked, ...basis]).subarray(locked.length)
  projected.push([])
  column.forEach((value, i) => {
    ;(projected[i] ?? [])[basis.length - 1] = value
    ;(projected.at(-1) ?? [])[i] = value
  })
  const length = norm(w)
  const full = locked.length + basis.length === products.size
  if (!full && length > breakdown * before) {
    krylov.residualNorm = length
    krylov.next = w.map(value => value / length)
  } else {
    krylov.residualNorm = 0
    krylov.next = full ? undefined : freshDirection(random, [...locked, ...basis])
  }
}

/** The wanted places and half of the others, the nearest: what the next sweep profits from. */
function keptPlaces(count: number, wanted: number, which: WantedEnd): number[] {
  const kept = Math.min(count - 1, wanted + Math.floor((count - wanted) / 2))
  return wantedPlaces(count, which === 'both ends' ? Math.floor(kept / 2) : kept, which)
}

/**
 * V ← V Y, H ← diag θ. The couplings β yₘ of the kept vectors to the next one enter H with its product. In place, some
 * coordinates at a time: a second basis would double the memory.
 */
function restart(
  { basis, projected }: Krylov,
  kept: readonly number[],
  values: Float64Array,
  vectors: readonly Float64Array[],
): void {
  const size = basis[0]?.length ?? 0
  for (let from = 0; from < size; from += 4096) {
    const rows = basis.map(vector => vector.slice(from, from + 4096))
    kept.forEach((place, p) => {
      const column = vectors[place] ?? new Float64Array()
      basis[p]?.set(combination(rows, column, rows[0]?.length ?? 0), from)
    })
  }
  basis.length = kept.length
  projected.length = 0
  kept.forEach((place, p) => {
    projected.push(kept.map((_, q) => (p === q ? (values[place] ?? NaN) : 0)))
  })
}
