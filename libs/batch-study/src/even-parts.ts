/**
 * Cuts a list into parts of at most some size, as few and as even as can be: so none is of one entry beside large ones.
 *
 * @returns where each begins, and how many entries it has: [0, 333], [333, 334], [667, 334] of 1001, at most 500
 */
export function evenParts(size: number, most: number): (readonly [from: number, size: number])[] {
  const count = Math.ceil(size / most)
  const at = (part: number): number => Math.floor((part * size) / count)
  return Array.from({ length: count }, (_, part) => [at(part), at(part + 1) - at(part)] as const)
}
