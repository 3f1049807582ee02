import type { Config } from 'vega-lite'

/**
 * The colours of a chart's series, in order. Each has 3.5:1 or more against white and against #111111, JupyterLab's light
 * and dark page, and any two stay apart for readers with protanopia, deuteranopia or tritanopia. They were found by
 * search under those two conditions near the hues of Okabe and Ito (2008), half of which fail the first. No colour stands
 * alone: each series of lines also has its own dash and point shape, and bars carry the name of their series.
 */
export const palette = ['#0d6ddd', '#cf700d', '#27785c', '#af609a', '#b8460b', '#0b90d5'] as const

/** The lines of the series, in the order of `palette`: lengths of dash and gap in pixels. */
export const dashes = [
  [1, 0],
  [8, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
  [12, 3, 2, 3, 2, 3],
]

/** The points of the series, in the order of `palette`. */
export const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'] as const

/**
 * The colour of lines, and of text where a chart is an image, which does not know its page. No colour reaches 4.5:1 on both
 * white and #111111: the best any can do is 4.35:1. This grey has 4.34:1 on both; titles are large or bold for it.
 */
export const ink = '#797979'

/** The colour of text: that of the page where a chart is live in it, by whichever theme, and {@link ink} in an image. */
const textColour = 'currentColor'

/** Size of a chart's plot in pixels, without axes, titles and legend. */
export const plotSize = { width: 480, height: 300 } as const

/** Sizes of text in pixels. */
export const titleSize = 16
export const subtitleSize = 13
export const labelSize = 12

const font = 'system-ui, sans-serif'

/** Vega-Lite hands it on to Vega, though its types do not have it. */
const legendsBelowEachOther: object = {
  layout: { bottom: { anchor: 'start', direction: 'vertical', margin: 8 } },
}

/** Vega-Lite's configuration for every chart: transparent, readable on light and on dark pages. */
export const theme: Config = {
  background: 'transparent',
  font,
  padding: 8,
  view: { stroke: null },
  title: {
    anchor: 'start',
    frame: 'group',
    color: textColour,
    fontSize: titleSize,
    fontWeight: 'bold',
    subtitleColor: textColour,
    subtitleFontSize: subtitleSize,
    subtitlePadding: 5,
    offset: 14,
  },
  // The same places as vega-embed's own dark theme, which JupyterLab lays under ours: so ours win.
  style: {
    'guide-label': { fill: textColour, fontSize: labelSize },
    'guide-title': { fill: textColour, fontSize: 13, fontWeight: 'bold' },
  },
  axis: {
    domainColor: ink,
    tickColor: ink,
    gridColor: ink,
    gridOpacity: 0.25,
    labelLimit: 0,
    labelFlush: false,
    titlePadding: 10,
  },
  axisBand: { grid: false, ticks: false, labelPadding: 8 },
  legend: {
    orient: 'bottom',
    labelLimit: 0,
    titleLimit: 0,
    symbolSize: 80,
    symbolStrokeWidth: 2,
    columnPadding: 16,
    padding: 0,
    ...legendsBelowEachOther,
  },
  line: { strokeWidth: 2, color: palette[0] },
  point: { filled: true, size: 45, opacity: 1, color: palette[0] },
  area: { opacity: 0.22, color: palette[0] },
  bar: { color: palette[0] },
  rule: { color: ink, strokeDash: [4, 3] },
  text: { color: textColour, fontSize: labelSize },
  range: { category: [...palette], symbol: [...shapes] },
}
