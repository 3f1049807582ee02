import { logTicks } from './axis.ts'
import { guideTitle } from './guide-title.ts'
import type { Scale } from './rows.ts'

/**
 * Colours for numbers, from low to high: violet, blue, green, gold, as in Viridis, but only as dark and as light as both
 * pages allow: each has 2:1 or more against white and against #111111. Even steps of lightness (0.43 … 0.77) in OKLCH.
 */
export const sequential = [
  '#5d339a', '#514bb2', '#2f64c4', '#067fb4', '#02949c', '#06a586', '#3db361', '#91b832', '#ccb602',
] as const // prettier-ignore

/** Colours for numbers on both sides of 0: blue below, grey at 0, orange above; 2.4:1 or more on both pages. */
export const diverging = [
  '#0462d3', '#3d76ca', '#6287bf', '#8397b3', '#a4a4a4', '#b59283', '#c17d60', '#cb6637', '#cb5204',
] as const // prettier-ignore

/** The colour at `place`, 0…1, of `sequential`. */
export function rampColor(place: number): string {
  const at = Math.min(1, Math.max(0, place)) * (sequential.length - 1)
  const [from, to] = [rgb(Math.floor(at)), rgb(Math.ceil(at))]
  return hex(from.map((part, k) => part + ((to[k] ?? 0) - part) * (at % 1)))
}

/** A colour with its light multiplied by `light`: below 1 it is darker. */
export function shaded(color: string, light: number): string {
  return hex(channels(color).map(part => part * light))
}

function rgb(index: number): number[] {
  return channels(sequential[index] ?? sequential[0])
}

function channels(color: string): number[] {
  return [1, 3, 5].map(start => Number.parseInt(color.slice(start, start + 2), 16))
}

function hex(parts: readonly number[]): string {
  return `#${parts.map(part => Math.round(Math.min(255, part)).toString(16).padStart(2, '0')).join('')}`
}

/** A colour channel for the numbers of `field`, which lie between `low` and `high`, with a bar of the colours below the plot. */
export function rampEncoding(
  field: string,
  title: string,
  scale: { readonly type: Scale; readonly domain: readonly [number, number]; readonly isDiverging?: boolean },
) {
  const { type, domain, isDiverging = false } = scale
  const ticks = type === 'log' ? logTicks(domain) : []
  return {
    field,
    type: 'quantitative' as const,
    title: guideTitle(title),
    scale: { type, domain: [...domain], range: [...(isDiverging ? diverging : sequential)] },
    legend: {
      gradientLength: 300,
      gradientThickness: 12,
      format: ',~g',
      ...(ticks.length > 1 && { values: ticks }),
    },
  }
}
