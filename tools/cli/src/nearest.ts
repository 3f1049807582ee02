import { distance } from 'fastest-levenshtein'

/**
 * The candidate that was most likely meant: one that contains what was typed, else the one with the fewest edits
 * relative to its length.
 *
 * @returns undefined when none is near, i.e. more than half of the letters would change
 * @example nearest('dcotor', ['lab', 'doctor']) // 'doctor'
 */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase()
  const scored = candidates.map(candidate => {
    const name = candidate.toLowerCase()
    const edits = distance(wanted, name) / Math.max(wanted.length, name.length)
    return { candidate, score: wanted.length >= 3 && name.includes(wanted) ? edits / 100 : edits }
  })
  const best = scored.toSorted((a, b) => a.score - b.score)[0]
  return best !== undefined && best.score <= 0.5 ? best.candidate : undefined
}
