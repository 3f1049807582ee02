import { checkInteger, checkLength } from './checks.ts'
import { type LinearOperator, madeOfOne } from './linear-operator.ts'

/** Which rows and columns: a range `from` ≤ i < `to`, such as one layer's parameters, or any distinct indices. */
export type BlockIndices = { readonly from: number; readonly to: number } | ArrayLike<number>

/**
 * The block A[S, S] of a subset S of the indices: y = Pᵀ A P x, where P writes x to the places S of a zero vector. One
 * product of the block costs one product of A. The stated error is that of A, relative to A: a block much smaller than
 * the whole is known less well than that.
 *
 * @throws RangeError when the subset is empty, an index is out of range or stands twice
 *
 * @example
 * const block = subBlock(diagonalMatrix([1, 2, 3]), { from: 1, to: 3 })
 * block.size // 2
 * await block.apply(Float64Array.of(1, 1)) // [2, 3]
 */
export function subBlock(operator: LinearOperator, subset: BlockIndices): LinearOperator {
  const indices = indicesOf(subset, operator.size)
  return madeOfOne(operator, indices.length, async (x, product) => {
    checkLength('x', x, indices.length)
    const whole = new Float64Array(operator.size)
    indices.forEach((index, i) => (whole[index] = x[i] ?? NaN))
    const y = await product(whole)
    return Float64Array.from(indices, index => y[index] ?? NaN)
  })
}

function indicesOf(subset: BlockIndices, size: number): number[] {
  if ('length' in subset) {
    const indices = Array.from(subset)
    if (indices.length === 0) throw new RangeError('the block has no indices; it needs at least one')
    indices.forEach(index => {
      checkInteger('an index of the block', index, 0, size - 1)
    })
    if (new Set(indices).size < indices.length) throw new RangeError('an index of the block stands twice')
    return indices
  }
  checkInteger("the block's from", subset.from, 0, size - 1)
  checkInteger("the block's to", subset.to, subset.from + 1, size, 'it is exclusive')
  return Array.from({ length: subset.to - subset.from }, (_, i) => subset.from + i)
}
