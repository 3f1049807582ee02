import type { TopLevelSpec } from 'vega-lite'
import { drawSvg } from './draw.ts'
import { theme } from './theme.ts'

/** The method by which a notebook shows a value: it returns a MIME bundle. Deno's convention. */
export const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display')

/** A chart in three forms, of which a front end takes the richest it knows. */
export interface ChartBundle {
  /** Drawn live, by JupyterLab. */
  readonly 'application/vnd.vegalite.v5+json': TopLevelSpec
  /** Already drawn, for pages without scripts. */
  readonly 'image/svg+xml': string
  /** Title and table, for readers without pictures. */
  readonly 'text/plain': string
}

/** A chart: a frozen value that a notebook shows when it is the last line of a cell. */
export interface Chart {
  /** The complete Vega-Lite 5 spec: data, theme and all. Plain JSON. */
  readonly spec: TopLevelSpec
  /** Title and subtitle as plain text. */
  readonly heading: string
  /** The rows as plain text: the first 20 of them. */
  readonly table: string
  /** Draws the chart. The same chart gives the same bytes. */
  readonly svg: () => Promise<string>
  readonly [jupyterDisplay]: () => Promise<ChartBundle>
}

/** A spec without what every chart has: schema, theme, and how a front end is to draw it. */
type Body<Spec> = Spec extends unknown ? Omit<Spec, '$schema' | 'config' | 'usermeta'> : never
export type ChartBody = Body<TopLevelSpec>

/** Makes a chart of a copy of a spec's body. */
export function createChart(body: ChartBody, heading: string, table: string): Chart {
  const spec = deepFreeze({
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    ...structuredClone(body),
    config: structuredClone(theme),
    // For JupyterLab: text in an SVG follows when the reader changes the lab's theme; on a canvas it stays as it was drawn.
    usermeta: { embedOptions: { renderer: 'svg' } },
  }) as TopLevelSpec
  const svg = () => drawSvg(spec)
  return Object.freeze({
    spec,
    heading,
    table,
    svg,
    [jupyterDisplay]: async () => ({
      'application/vnd.vegalite.v5+json': spec,
      'image/svg+xml': await svg(),
      'text/plain': `${heading}\n\n${table}`,
    }),
  })
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
