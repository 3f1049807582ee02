import { checkInteger } from './checks.ts'
import type { LinearOperator } from './linear-operator.ts'
import { withProducts } from './products.ts'
import type { WorkOptions } from './work-options.ts'

export interface ExplicitMatrixOptions extends WorkOptions {
  /** The largest operator that is written out. Default: 2000, 32 MB and a minute of `symmetricEigen`. */
  readonly maxSize?: number
}

/** A small operator, written out. */
export interface ExplicitMatrix {
  /** The rows of (A + Aᵀ) / 2. */
  readonly rows: readonly Float64Array[]
  /** ‖A − Aᵀ‖_F / 2: how far from A the rows may be. */
  readonly asymmetry: number
  /** Of a product, as the operator states it. */
  readonly relativeError: number
}

/**
 * Writes out a small operator: column j is the product with the j-th unit vector. What rounding left unsymmetric is averaged
 * away, and measured.
 *
 * @throws RangeError when the operator is larger than `maxSize`
 *
 * @example
 * const { rows } = await explicitMatrix(diagonalMatrix([1, 2]))
 * rows // [[1, 0], [0, 2]]
 */
export async function explicitMatrix(
  operator: LinearOperator,
  options: ExplicitMatrixOptions = {},
): Promise<ExplicitMatrix> {
  const { maxSize = 2000 } = options
  const { size } = operator
  checkInteger('maxSize', maxSize, 1)
  if (size > maxSize) {
    throw new RangeError(
      `the operator's size is ${size}, which takes as many products and ${size}² numbers; raise maxSize (${maxSize}), or use an algorithm that needs only products`,
    )
  }
  return withProducts(operator, size, options, async products => {
    const rows: Float64Array[] = []
    for (let j = 0; j < size; j++) {
      const unit = new Float64Array(size)
      unit[j] = 1
      rows.push(await products.apply(unit))
    }
    const asymmetry = symmetrize(rows)
    return Object.freeze({ rows: Object.freeze(rows), asymmetry, relativeError: products.relativeError })
  })
}

/** A ← (A + Aᵀ) / 2 in place; returns ‖A − Aᵀ‖_F / 2. */
function symmetrize(rows: readonly Float64Array[]): number {
  let squares = 0
  rows.forEach((row, i) => {
    rows.slice(0, i).forEach((other, j) => {
      const [a, b] = [row[j] ?? NaN, other[i] ?? NaN]
      squares += (a - b) ** 2 / 2
      row[j] = other[i] = (a + b) / 2
    })
  })
  return Math.sqrt(squares)
}
