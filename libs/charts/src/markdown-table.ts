/** A table in Markdown; every cell shows as it stands: no markup, no HTML, no cell border. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(heading.map(escapeMarkdown)),
    line(heading.map(() => '---')),
    ...rows.map(cells => line(cells.map(escapeMarkdown))),
  ].join('\n')
}

function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]|~$#]/g, '\\$&')
    .replaceAll('\n', ' ')
}
