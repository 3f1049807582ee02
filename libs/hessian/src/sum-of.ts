import { type LinearOperator, madeOf, relativeErrorOf } from './linear-operator.ts'
import { addScaled } from './vectors.ts'

/**
 * The sum of operators: A x = Σᵢ Aᵢ x, the products one after the other. Its stated error is the largest of theirs; where
 * terms cancel, the sum is off by more.
 *
 * @throws RangeError when there are none, or their sizes differ
 *
 * @example
 * sumOf([diagonalMatrix([1, 2]), diagonalMatrix([10, 20])]).apply(Float64Array.of(1, 1)) // [11, 22]
 */
export function sumOf(operators: readonly LinearOperator[]): LinearOperator {
  const [first] = operators
  if (first === undefined) throw new RangeError('sumOf got no operators; it needs at least one')
  const sizes = operators.map(operator => operator.size)
  if (sizes.some(size => size !== first.size)) {
    throw new RangeError(`sumOf got operators of sizes ${sizes.join(', ')}; all must be of one size`)
  }
  const about = { size: first.size, relativeError: Math.max(...operators.map(relativeErrorOf)) }
  return madeOf(operators, about, products => async x => {
    const sum = new Float64Array(first.size)
    for (const product of products) addScaled(sum, 1, await product(x))
    return sum
  })
}
