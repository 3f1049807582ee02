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

/**
 * Breaks text between words, and beside Chinese characters, greedily; a word that is longer than a line keeps a line of its
 * own.
 */
function wrap(text: string, font: Font): string[] {
  return piecesOf(text).reduce<string[]>((lines, { space, word }) => {
    const longer = lines.length === 0 ? word : `${lines.at(-1) ?? ''}${space}${word}`
    const fits = lines.length > 0 && textWidth(font, longer) <= lineWidth
    return fits ? [...lines.slice(0, -1), longer] : [...lines, word]
  }, [])
}

/** What a line may hold last, each with what stands between it and the piece before. */
function piecesOf(text: string): { space: string; word: string }[] {
  return text.split(/(\s+)/).flatMap((part, i) => {
    if (i % 2 === 1) return []
    const space = i === 0 ? '' : ' '
    return part.split(besideHan).map((word, k) => ({ space: k === 0 ? space : '', word }))
  })
}

/** Chinese punctuation; that of other scripts as well is no place to break at, but nothing is torn from it. */
const closing = '，。；：、！？）》」』％'
const opening = '（《「『'
const besideHan = new RegExp(
  `(?<=[\\p{Script=Han}${closing}])(?![${closing}”’…%])|(?<![${opening}“‘])(?=[\\p{Script=Han}${opening}])`,
  'u',
)
