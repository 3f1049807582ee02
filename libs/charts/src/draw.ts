import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { useTextWidth } from './text-width.ts'

/**
 * Draws a Vega-Lite spec as SVG, without browser or canvas. The same spec gives the same bytes.
 *
 * Throws what Vega-Lite or Vega find wrong with the spec, warnings included: a chart with a warning is one with a
 * part missing.
 */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  useTextWidth()
  const complaints: string[] = []
  const logger = vega.logger(vega.Warn, 'warn', (_method, _level, input) => {
    complaints.push(Array.from(input, String).join(' '))
  })
  // Vega marks the rows it is given: it gets its own.
  const compiled = compile(structuredClone(spec), { logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger, logLevel: vega.Warn })
  try {
    const svg = await view.toSVG()
    if (complaints.length > 0) throw new Error(`Vega cannot draw this chart: ${complaints.join('; ')}`)
    return svg.replaceAll(notInXml, '\uFFFD')
  } finally {
    view.finalize()
  }
}

/** Control characters and halves of surrogate pairs: an SVG with one of them is no picture at all. */
const notInXml = /[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]|\p{Cs}/gu
