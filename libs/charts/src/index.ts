export type { Axis } from './axis.ts'
export { jupyterDisplay, type Chart, type ChartBundle } from './chart.ts'
export type { Heading } from './heading.ts'
export { lineChart, type LineChart } from './line-chart.ts'
export { liveChart, type LiveChart, type TextBundle } from './live-chart.ts'
export type { Band } from './points.ts'
export type { Cell, Rows, Scale } from './rows.ts'
export type { Rule } from './rule.ts'
export type { Series } from './series.ts'
export { sideBySide } from './side-by-side.ts'
export {
  type Bound,
  type Claim,
  claimsTable,
  type ClaimsTable,
  judge,
  type Measured,
  type Verdict,
} from './claims-table.ts'
export { barChart, type BarChart } from './bar-chart.ts'
export { drawSvg } from './draw.ts'
export { markdownTable } from './markdown-table.ts'
export { translatedSpec, type TranslatedSpec } from './translated-spec.ts'
export { table, type Table } from './table.ts'
export { contourChart, type ContourChart } from './contour-chart.ts'
export { histogramChart, type HistogramChart, type HistogramCurve, type Sample } from './histogram-chart.ts'
export type { Mark, Path, Plane, PlaneAxis } from './plane.ts'
export { type ColorAxis, scatterChart, type ScatterChart } from './scatter-chart.ts'
export type { View } from './axonometry.ts'
export { surfaceChart, type SurfaceChart } from './surface-chart.ts'
export { gridFunction, type GridFields } from './grid-function.ts'
