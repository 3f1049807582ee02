const numbers = new WeakMap<object, number>()
let next = 0

/** A number for an object, the same one each time. */
export function identityOf(object: object): number {
  const known = numbers.get(object) ?? next++
  numbers.set(object, known)
  return known
}
