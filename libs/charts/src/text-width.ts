import * as vega from 'vega'

/** What decides the width of a text, beside its letters. */
export interface Font {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

/**
 * Estimates the width of a line of text in pixels, from the widths of DejaVu Sans, which is wider than the other fonts
 * a browser takes for `system-ui`: so nothing is cut, and layout does not depend on the machine.
 */
export function textWidth(
  { fontSize = 11, fontWeight = 'normal' }: Font,
  line: string | number | null | undefined,
): number {
  const ems = Array.from(String(line ?? ''), widthInEms).reduce((sum, width) => sum + width, 0)
  return ems * fontSize * (fontWeight === 'bold' ? 1.12 : 1)
}

function widthInEms(character: string): number {
  if (/[ijltfrI.,:;'"|!()[\]· -]/.test(character)) return 0.4
  if (/[mwMW@%…—]/.test(character)) return 1
  if (/[A-Z]/.test(character)) return 0.7
  return character < '\u0250' ? 0.63 : 1
}

/**
 * Makes Vega measure text this way in the whole process. Without a canvas, Vega takes 0.8 em for every character, and
 * leaves much of a drawing empty. The hook is Vega's own, though its types do not have it: vega/vega pull request 3792.
 */
export function useTextWidth(): void {
  const { textMetrics } = vega as unknown as { textMetrics: { width: typeof textWidth } }
  textMetrics.width = textWidth
}
