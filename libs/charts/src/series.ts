import { guideTitle } from './guide-title.ts'
import { textWidth } from './text-width.ts'
import { dashes, labelSize, palette, shapes } from './theme.ts'

/** What tells the lines or bars of a chart apart. */
export interface Series {
  /** The field of the rows that holds the series' names; numbers and booleans serve as names too. */
  readonly field: string
  /** Title of the legend. */
  readonly title: string
}

/** The different names, in order of appearance; throws when they are more than can be told apart. */
export function seriesNames(
  caller: string,
  { field }: Series,
  points: readonly { series?: string }[],
): string[] {
  const names = [...new Set(points.map(point => point.series ?? ''))]
  if (names.length <= palette.length) return names
  throw new Error(
    `${caller}: '${field}' has ${names.length} different values, but only ${palette.length} series ` +
      `can be told apart in one chart; choose some of them, or draw several charts`,
  )
}

/** Size of a line in a legend, in square pixels: long enough to show its dashes. */
export const lineSymbol = 900

/**
 * How each layer of a chart tells its series apart. Lines have dashes only where there are no points: the legend can
 * show one of the two.
 */
export function seriesEncoding(
  { title }: { readonly title: string | null },
  names: readonly string[],
  hasPoints: boolean,
) {
  const domain = [...names]
  // Else a band would make discs of them.
  const legend = {
    columns: legendColumns(names),
    ...(!hasPoints && { symbolSize: lineSymbol, symbolType: 'stroke' }),
  }
  const channel = {
    field: 'series',
    type: 'nominal' as const,
    title: title === null ? null : guideTitle(title),
    legend,
  }
  const color = { ...channel, scale: { domain, range: palette.slice(0, names.length) } }
  return {
    area: { color },
    line: hasPoints
      ? { color }
      : { color, strokeDash: { ...channel, scale: { domain, range: dashes.slice(0, names.length) } } },
    point: { color, shape: { ...channel, scale: { domain, range: shapes.slice(0, names.length) } } },
  }
}

const legendWidth = 440

/** As many entries beside each other as fit below the plot. */
function legendColumns(names: readonly string[]): number {
  const entryWidth = 36 + Math.max(...names.map(name => textWidth({ fontSize: labelSize }, name)))
  return Math.max(1, Math.min(names.length, Math.floor(legendWidth / entryWidth)))
}
