import { escapeHtml } from './html.ts'

/** What a progress bar shows. */
export interface ProgressState {
  label: string
  count: number
  /** Undefined if it is not known. */
  total: number | undefined
  note: string
  /** Milliseconds from start to end; undefined as long as it goes on. */
  duration: number | undefined
  perSecond: number | undefined
}

/** A progress bar: the element in HTML, whose colours are the browser's for the page's theme, and a line of text. */
export function progressView(state: ProgressState): { 'text/html': string; 'text/plain': string } {
  const { label, total, duration } = state
  const details = detailsOf(state).join(' · ')
  const part = partDone(state)
  const value = part === undefined ? '' : ` value="${part}"`
  const bar =
    total === undefined && duration === undefined
      ? ''
      : `<progress aria-label="${escapeHtml(label || 'progress')}" max="1"${value} style="width: 16em; vertical-align: middle"></progress> `
  const name = label === '' ? '' : `${label} `
  return {
    'text/html': `<div style="font-variant-numeric: tabular-nums">${escapeHtml(name)}${bar}<span>${escapeHtml(details)}</span></div>`,
    'text/plain': `${name}${part === undefined ? '' : `${textBar(part)} `}${details}`,
  }
}

/** From 0 to 1; undefined if it cannot be known. */
function partDone({ count, total, duration }: ProgressState): number | undefined {
  if (total === undefined) return duration === undefined ? undefined : 1
  return total === 0 ? 1 : Math.min(1, count / total)
}

function detailsOf(state: ProgressState): string[] {
  const { count, total, note, duration, perSecond } = state
  const whole = total === undefined ? number(count) : `${number(count)}/${number(total)}`
  const percent = total === undefined ? [] : [`${Math.floor(100 * (partDone(state) ?? 0))} %`]
  const notes = note === '' ? [] : [note]
  if (duration !== undefined)
    return [whole, ...percent, ...rateText((1000 * count) / duration), `done in ${span(duration)}`, ...notes]
  const left =
    total === undefined || perSecond === undefined
      ? []
      : [`about ${span((1000 * (total - count)) / perSecond)} left`]
  return [whole, ...percent, ...rateText(perSecond), ...left, ...notes]
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 2 })
}

function rateText(perSecond: number | undefined): string[] {
  if (perSecond === undefined || !(perSecond > 0) || perSecond === Infinity) return []
  if (perSecond < 0.5) return [`${span(1000 / perSecond)} each`]
  return [`${perSecond < 100 ? perSecond.toPrecision(2) : number(Math.round(perSecond))}/s`]
}

function span(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 99.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 100) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const barLength = 20

function textBar(part: number): string {
  const full = Math.floor(barLength * part)
  return '█'.repeat(full) + '░'.repeat(barLength - full)
}
