/**
 * What keeps some data from coming back from JSON as it is: where it lies, and what is there. −0 is not told: it comes back
 * as 0.
 *
 * @param at how the data is called
 * @returns `undefined` where nothing does
 */
export function notJson(at: string, value: unknown, within: readonly unknown[] = []): string | undefined {
  if (value === null || typeof value === 'boolean') return undefined
  if (typeof value === 'string')
    return /\p{Surrogate}/u.test(value) ? `${at} has half a character` : undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${at} is ${value}`
  if (typeof value !== 'object') return `${at} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`
  if (within.includes(value)) return `${at} holds itself`
  const inner = [...within, value]
  if (Array.isArray(value)) {
    if (Object.keys(value).length !== value.length) return `${at} is an array with holes or names`
    return first(value, (each, i) => notJson(`${at}[${i}]`, each, inner))
  }
  if (!isPlain(value)) return `${at} is a ${value.constructor.name}`
  if (Object.getOwnPropertySymbols(value).length > 0) return `${at} has a symbol as a name`
  return first(Object.entries(value), ([name, each]) => notJson(`${at}.${name}`, each, inner))
}

/** Of this realm or another, such as that of a notebook's cells. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function first<T>(
  values: readonly T[],
  look: (value: T, place: number) => string | undefined,
): string | undefined {
  for (const [place, value] of values.entries()) {
    const found = look(value, place)
    if (found !== undefined) return found
  }
  return undefined
}
