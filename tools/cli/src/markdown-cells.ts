/**
 * Reads a table that `table` or `claimsTable` of @flatland/charts shows.
 *
 * @returns its cells as they were before they were escaped for Markdown, the heading first; undefined for other Markdown
 */
export function markdownCells(markdown: string): string[][] | undefined {
  const [heading = '', rule = '', ...rows] = markdown.split('\n')
  if (!/^\|( --- \|)+$/.test(rule)) return undefined
  return [heading, ...rows].map(cellsIn)
}

function cellsIn(line: string): string[] {
  // A border inside a cell is escaped, so none has a space before it.
  return line.slice(2, -2).split(' | ').map(plain)
}

/** Undoes what the table escapes for Markdown. */
function plain(cell: string): string {
  return cell
    .replaceAll(/\\([\\`*_{}[\]|~$#])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
