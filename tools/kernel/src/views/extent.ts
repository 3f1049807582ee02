import { numberText } from './heat-map.ts'

/** Where the values of a caption's matrix lie: `' · from -0.3 to 12 · 3 not finite'`; nothing if there are none. */
export function extentText(values: Iterable<number>): string {
  let low = Infinity
  let high = -Infinity
  let wild = 0
  for (const value of values) {
    if (!Number.isFinite(value)) wild++
    else {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  const extent = low < high ? ` · from ${numberText(low)} to ${numberText(high)}` : ''
  return extent + (wild > 0 ? ` · ${wild.toLocaleString('en')} not finite` : '')
}
