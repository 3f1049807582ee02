import { textWidth, type Font } from './text-width.ts'
import { subtitleSize, titleSize } from './theme.ts'

/** Title and subtitle of a chart. */
export interface Heading {
  /** What the chart shows, or better, what it says. */
  readonly title: string
  /** How it was measured. Default: none. */
  readonly subtitle?: string
}

/** The heading as plain text. */
export function headingText({ title, subtitle }: Heading): string {
  return subtitle === undefined ? title : `${title}\n${subtitle}`
}

/** The heading for Vega-Lite, broken into lines that fit above a plot that stands beside another. */
export function headingSpec({ title, subtitle }: Heading) {
  return {
    text: wrap(title, { fontSize: titleSize, fontWeight: 'bold' }),
    ...(subtitle !== undefined && { subtitle: wrap(subtitle, { fontSize: subtitleSize }) }),
  }
}

const lineWidth = 440

/** Breaks text between words, greedily; a word that is longer than a line keeps a line of its own. */
function wrap(text: string, font: Font): string[] {
  return text.split(/\s+/).reduce<string[]>((lines, word) => {
    const longer = [...lines.slice(-1), word].join(' ')
    const fits = lines.length > 0 && textWidth(font, longer) <= lineWidth
    return fits ? [...lines.slice(0, -1), longer] : [...lines, word]
  }, [])
}
