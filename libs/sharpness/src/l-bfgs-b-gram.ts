import { Matrix } from 'ml-matrix'

/** A step and the change of the gradient over it, both divided by √(sᵀy), so that sᵀy = 1. */
export interface Correction {
  readonly s: Float64Array
  readonly y: Float64Array
}

/** The inner products of k corrections, oldest first, over some of the coordinates: each k × k. */
export interface Gram {
  /** yᵢᵀyⱼ. */
  readonly yy: Matrix
  /** sᵢᵀyⱼ. */
  readonly sy: Matrix
  /** sᵢᵀsⱼ. */
  readonly ss: Matrix
}

/** The Gram matrices over some coordinates, and of what. */
export interface GramOver {
  readonly corrections: readonly Correction[]
  /** Which coordinates, ascending. */
  readonly indices: Int32Array
  readonly gram: Gram
}

export const emptyGram: Gram = { yy: new Matrix(0, 0), sy: new Matrix(0, 0), ss: new Matrix(0, 0) }

/** The part for those from the `first` on. */
export function withoutOldest(gram: Gram, first: number): Gram {
  const { rows } = gram.ss
  if (first >= rows) return emptyGram
  const part = (of: Matrix): Matrix => of.subMatrix(first, rows - 1, first, rows - 1)
  return { yy: part(gram.yy), sy: part(gram.sy), ss: part(gram.ss) }
}

/** Grown to all the corrections, in O(k n) for each that is new; the known ones are the oldest. */
export function extended(gram: Gram, corrections: readonly Correction[], indices?: Int32Array): Gram {
  const k = corrections.length
  const known = gram.ss.rows
  const grown = (of: Matrix): Matrix => {
    const larger = Matrix.zeros(k, k)
    if (known > 0) larger.setSubMatrix(of, 0, 0)
    return larger
  }
  const next = { yy: grown(gram.yy), sy: grown(gram.sy), ss: grown(gram.ss) }
  for (let i = known; i < k; i++) for (let j = 0; j <= i; j++) setProducts(next, corrections, i, j, indices)
  return next
}

function setProducts(
  { yy, sy, ss }: Gram,
  corrections: readonly Correction[],
  i: number,
  j: number,
  indices?: Int32Array,
): void {
  const [a, b] = [corrections[i], corrections[j]]
  if (a === undefined || b === undefined) throw new Error('unreachable: i and j are below their number')
  const size = indices?.length ?? a.s.length
  let [yaYb, saYb, yaSb, saSb] = [0, 0, 0, 0]
  for (let at = 0; at < size; at++) {
    const t = indices === undefined ? at : (indices[at] ?? -1)
    const sa = a.s[t] ?? NaN
    const ya = a.y[t] ?? NaN
    const sb = b.s[t] ?? NaN
    const yb = b.y[t] ?? NaN
    yaYb += ya * yb
    saYb += sa * yb
    yaSb += ya * sb
    saSb += sa * sb
  }
  yy.set(i, j, yaYb).set(j, i, yaYb)
  sy.set(i, j, saYb).set(j, i, yaSb)
  ss.set(i, j, saSb).set(j, i, saSb)
}

/**
 * The Gram matrices over other coordinates and newer corrections, from what is known: O(k²) for each coordinate that
 * comes or goes, and O(k n) for each new correction. Where more come or go than stay, all is summed anew.
 */
export function gramOver(
  corrections: readonly Correction[],
  indices: Int32Array,
  known: GramOver | undefined,
): GramOver {
  const anew = (): GramOver => ({ corrections, indices, gram: extended(emptyGram, corrections, indices) })
  const [oldest] = corrections
  if (known === undefined || oldest === undefined) return anew()
  const first = known.corrections.indexOf(oldest)
  if (first < 0) return anew()
  const { come, gone } = difference(known.indices, indices)
  if (come.length + gone.length > indices.length / 2) return anew()
  const gram = withoutOldest(known.gram, first)
  const kept = corrections.slice(0, gram.ss.rows)
  for (const index of come) addRow(gram, kept, index, 1)
  for (const index of gone) addRow(gram, kept, index, -1)
  return { corrections, indices, gram: extended(gram, corrections, indices) }
}

/** Adds what one coordinate gives to each product, or takes it away. */
function addRow({ yy, sy, ss }: Gram, corrections: readonly Correction[], index: number, sign: 1 | -1): void {
  const s = corrections.map(each => sign * (each.s[index] ?? NaN))
  const y = corrections.map(each => each.y[index] ?? NaN)
  for (let i = 0; i < s.length; i++) {
    for (let j = 0; j < s.length; j++) {
      const [si, yi, yj] = [s[i] ?? NaN, y[i] ?? NaN, y[j] ?? NaN]
      yy.set(i, j, yy.get(i, j) + sign * yi * yj)
      sy.set(i, j, sy.get(i, j) + si * yj)
      ss.set(i, j, ss.get(i, j) + sign * si * (s[j] ?? NaN))
    }
  }
}

/** Of two ascending lists: what only the second has, and what only the first. */
function difference(before: Int32Array, after: Int32Array): { come: number[]; gone: number[] } {
  const [come, gone]: [number[], number[]] = [[], []]
  let [a, b] = [0, 0]
  while (a < before.length || b < after.length) {
    const [old, now] = [before[a] ?? Infinity, after[b] ?? Infinity]
    if (old < now) gone.push(old)
    if (now < old) come.push(now)
    if (old <= now) a++
    if (now <= old) b++
  }
  return { come, gone }
}
