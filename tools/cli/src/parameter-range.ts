import type { ParameterValue } from './parameter-type.ts'

/** What a number has to be, beside finite. */
export interface ParameterRange {
  readonly whole: boolean
  readonly from?: number
  readonly to?: number
}

/**
 * Reads the range from the comment that ends a declaration's line:
 *
 *     let learningRate = 0.02 // from 1e-6 to 10
 *     let seed = 0 // whole, from 0 to 4294967295
 *     let batchSizes = [1, 32, 1024] // whole, from 1: each of them
 *
 * Both bounds belong to the range, each may be left out, and a note may follow after a colon. Of an array every
 * number counts.
 *
 * @param comment without its slashes
 * @returns undefined for a comment that says no range
 * @throws RangeError for one that begins like a range and cannot be read as one
 */
export function readRange(comment: string): ParameterRange | undefined {
  const [said = ''] = comment.split(':')
  if (!/^(whole|from|to)\b/.test(said)) return undefined
  const found = /^(whole)?(?:(?:^|,? )from (\S+))?(?:(?:^|,? )to (\S+))?$/.exec(said.trim())
  const [, whole, lower, upper] = found ?? []
  const from = lower === undefined ? undefined : Number(lower)
  const to = upper === undefined ? undefined : Number(upper)
  const bad = [from, to].some(Number.isNaN) || (from !== undefined && to !== undefined && from > to)
  if (found === null || bad) {
    throw new RangeError(
      `'${comment}' is no range: write 'from A to B', 'from A', 'to B' or 'whole', or 'whole, from A to B'`,
    )
  }
  return {
    whole: whole !== undefined,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

/** Whether every number in the value lies in the range; what is no number does. */
export function inRange(range: ParameterRange, value: ParameterValue): boolean {
  if (typeof value === 'object') return value.every(each => inRange(range, each))
  if (typeof value !== 'number') return true
  const { whole, from = -Infinity, to = Infinity } = range
  return value >= from && value <= to && (!whole || Number.isSafeInteger(value))
}

/** @example describeRange({ whole: true, from: 0 }) // 'whole, from 0' */
export function describeRange({ whole, from, to }: ParameterRange): string {
  const bounds = [from === undefined ? '' : `from ${from}`, to === undefined ? '' : `to ${to}`]
  return [whole ? 'whole' : '', bounds.filter(each => each !== '').join(' ')]
    .filter(each => each !== '')
    .join(', ')
}
