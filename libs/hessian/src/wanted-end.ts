import { checkInteger } from './checks.ts'

/**
 * Which end of the spectrum, by value and not by magnitude: the k largest eigenvalues, the k smallest (the most negative
 * ones), or k from each end.
 */
export type WantedEnd = 'largest' | 'smallest' | 'both ends'

/** Refuses a k that is no integer, below 1, or asks for more pairs than the operator has. Returns the number of pairs. */
export function checkWanted(k: number, which: WantedEnd, size: number): number {
  const ends = which === 'both ends' ? 2 : 1
  const advice = `${ends === 2 ? 'both ends take 2 k of the' : 'there are only'} ${size} eigenvalues`
  checkInteger('k', k, 1, Math.floor(size / ends), advice)
  return ends * k
}

/**
 * Places of the wanted among `count` ascending values: of one end the outermost first, of both ends the largest first. All
 * places when there are fewer than are wanted.
 */
export function wantedPlaces(count: number, k: number, which: WantedEnd): number[] {
  const ascending = Array.from({ length: count }, (_, i) => i)
  if (which === 'smallest') return ascending.slice(0, k)
  const descending = ascending.reverse()
  if (which === 'largest' || 2 * k >= count) return descending.slice(0, which === 'largest' ? k : count)
  return [...descending.slice(0, k), ...descending.slice(-k)]
}
