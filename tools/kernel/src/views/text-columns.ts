/** Lines of cells as aligned columns, two blanks apart. `right` says which columns end together; the others begin so. */
export function textColumns(lines: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, column) => Math.max(0, ...lines.map(line => line[column]?.length ?? 0)))
  return lines
    .map(line =>
      line
        .map((text, column) => {
          const width = widths[column] ?? 0
          return right[column] === true ? text.padStart(width) : text.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
