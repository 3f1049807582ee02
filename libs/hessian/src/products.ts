import { checkInteger } from './checks.ts'
import { type LinearOperator, type OpenOperator, openOperator, relativeErrorOf } from './linear-operator.ts'
import type { WorkOptions } from './work-options.ts'

/** An operator's products, checked and counted. */
export interface Products {
  readonly size: number
  readonly relativeError: number
  /** How many were taken. */
  readonly count: number
  apply(x: Float64Array): Promise<Float64Array>
}

/**
 * Opens an operator for one algorithm, and closes it when that has ended, however it did: between products it looks at
 * the signal, after each it reports progress and checks what came back, so that no algorithm computes on with NaN.
 *
 * @param total the most products that will be taken
 * @throws RangeError (a rejection) when the operator is empty or its stated error is not a number ≥ 0
 */
export async function withProducts<T>(
  operator: LinearOperator,
  total: number,
  options: WorkOptions,
  work: (products: Products) => Promise<T>,
): Promise<T> {
  const relativeError = relativeErrorOf(operator)
  checkInteger("the operator's size", operator.size, 1)
  if (!(relativeError >= 0 && relativeError < 1)) {
    throw new RangeError(
      `the operator's relativeError is ${relativeError}; it must be at least 0 and below 1`,
    )
  }
  const open = openOperator(operator)
  try {
    return await work(checkedProducts(operator.size, relativeError, open, total, options))
  } finally {
    open.close()
  }
}

function checkedProducts(
  size: number,
  relativeError: number,
  open: OpenOperator,
  total: number,
  options: WorkOptions,
): Products {
  let count = 0
  return {
    size,
    relativeError,
    get count() {
      return count
    },
    async apply(x) {
      options.signal?.throwIfAborted()
      const y = await open.apply(x)
      options.signal?.throwIfAborted()
      count++
      checkProduct(y, x, count)
      options.onProgress?.(count, total)
      return y
    },
  }
}

function checkProduct(y: Float64Array, x: Float64Array, count: number): void {
  if (!(y instanceof Float64Array)) {
    throw new TypeError(`product ${count} is not a Float64Array; the operator's apply must return one`)
  }
  if (y === x) {
    throw new TypeError(`product ${count} is the array that was passed in; apply must return a new one`)
  }
  if (y.length !== x.length) {
    throw new RangeError(`product ${count} has ${y.length} numbers, but the operator's size is ${x.length}`)
  }
  const bad = y.findIndex(value => !Number.isFinite(value))
  if (bad >= 0) {
    throw new RangeError(
      `product ${count} holds ${y[bad] ?? NaN} at index ${bad}; are all parameters and data finite?`,
    )
  }
}
