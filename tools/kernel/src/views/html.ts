/** A table of text cells, for pages of either theme: no colour but what `background` says, which lets the page through. */
export interface HtmlTable {
  caption: string
  /** The heading of each column after the first, which has the names of the rows. Default: no headings and no names. */
  columns?: readonly { name: string; align: HtmlCell['align'] }[]
  rows: readonly HtmlRow[]
}

export interface HtmlRow {
  name: string
  cells: readonly HtmlCell[]
}

export interface HtmlCell {
  text: string
  align: 'left' | 'right' | 'center'
  /** Default: none. */
  background?: string | undefined
  /** How many columns it takes. Default: 1. */
  span?: number
  /** Set apart from the others. */
  marked?: boolean
}

/** All texts are escaped. Styles stand in the elements: an export or another front end has no style sheet of ours. */
export function htmlTable({ caption, columns, rows }: HtmlTable): string {
  const head = columns && `<thead><tr><th></th>${columns.map(headingCell).join('')}</tr></thead>`
  const body = rows.map(({ name, cells }) => {
    const named = columns ? headingCell({ name, align: 'right' }) : ''
    return `<tr>${named}${cells.map(htmlCell).join('')}</tr>`
  })
  return (
    `<table style="border-collapse: collapse; font-variant-numeric: tabular-nums">` +
    `<caption style="caption-side: top; text-align: left; padding: 4px 0; color: inherit; white-space: nowrap">${escapeHtml(caption)}</caption>` +
    `${head ?? ''}<tbody>${body.join('')}</tbody></table>`
  )
}

function headingCell({ name, align }: { name: string; align: HtmlCell['align'] }): string {
  return `<th style="${alignment(align)}">${escapeHtml(name)}</th>`
}

function htmlCell({ text, align, background, span, marked }: HtmlCell): string {
  const styles = [
    alignment(align),
    ...(background === undefined ? [] : [`background-color: ${background}`]),
    ...(marked === true ? ['font-weight: bold; outline: 2px solid #d9480f; outline-offset: -2px'] : []),
  ]
  return `<td${span === undefined ? '' : ` colspan="${span}"`} style="${styles.join('; ')}">${escapeHtml(text)}</td>`
}

function alignment(align: HtmlCell['align']): string {
  return `text-align: ${align}; padding: 2px 8px; white-space: nowrap`
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => entities[character] ?? '')
}
