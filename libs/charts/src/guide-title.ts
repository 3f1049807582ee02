/**
 * A title for an axis, a legend or a tooltip. Vega-Lite 5.6 pastes it, unescaped, into Vega expressions (descriptions
 * for screen readers, tooltips), so what would end a string there gives way to a character that looks like it.
 */
export function guideTitle(title: string): string {
  return title.replaceAll('"', '”').replaceAll('\\', '⧵').replaceAll(/\s+/g, ' ')
}
