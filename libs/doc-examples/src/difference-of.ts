import { isDeepStrictEqual } from 'node:util'
import type { Stated } from './doc-examples.ts'

/**
 * How what came out differs from what an example states: numbers within its tolerance are equal, and typed arrays and
 * tensors count as arrays.
 *
 * @returns what differs, in words; `undefined` where nothing does
 */
export function differenceOf({ actual, value, tolerance }: Stated): string | undefined {
  const plain = plainOf(actual)
  if (typeof value === 'number') {
    // Written so that NaN differs.
    const isNear = typeof plain === 'number' && Math.abs(plain - value) <= tolerance
    return isNear ? undefined : `${String(plain)} instead of ${value}`
  }
  if (Array.isArray(value)) {
    const items = Array.isArray(plain) ? (plain as unknown[]) : []
    if (items.length !== value.length) return `${items.length} items instead of ${value.length}`
    return items
      .map((item, i) => differenceOf({ actual: item, value: (value as unknown[])[i], tolerance }))
      .find(difference => difference !== undefined)
  }
  return isDeepStrictEqual(plain, plainOf(value))
    ? undefined
    : `${JSON.stringify(plain)} instead of ${JSON.stringify(value)}`
}

function plainOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('arraySync' in value && typeof value.arraySync === 'function')
    return (value.arraySync as () => unknown)()
  // An object of another realm, such as an example's own literal, is equal only as a copy.
  return ArrayBuffer.isView(value)
    ? Array.from(value as unknown as ArrayLike<number>)
    : structuredClone(value)
}
