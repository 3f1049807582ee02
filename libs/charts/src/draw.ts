import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { useTextWidth } from './text-width.ts'
import { ink } from './theme.ts'

/**
 * Draws a Vega-Lite spec as SVG, without browser or canvas. The same spec gives the same bytes.
 *
 * Throws what Vega-Lite or Vega find wrong with the spec, warnings included: a chart with a warning is one with a
 * part missing.
 */
export async function drawSvg(spec: TopLevelSpec): Promise<string> {
  const { view, checked } = prepare(spec)
  try {
    return checked(await view.toSVG())
  } finally {
    view.finalize()
  }
}

/**
 * The same bytes as {@link drawSvg}, at once: for a loop that does not let promises go on. Nothing in our charts has to
 * be waited for.
 */
export function drawSvgNow(spec: TopLevelSpec): string {
  const { view, checked } = prepare(spec)
  try {
    view.run()
    const { left, right, top, bottom } = view.padding() as Record<Side, number>
    const { _viewWidth: width, _viewHeight: height } = view as unknown as ViewSize
    const [x, y] = view.origin()
    const renderer = new SvgStringRenderer(vega.loader())
    renderer.initialize(null, width + left + right, height + top + bottom, [left + x, top + y])
    renderer.background(view.background())
    renderer.render((view.scenegraph() as unknown as { readonly root: unknown }).root)
    return checked(renderer.svg())
  } finally {
    view.finalize()
  }
}

type Side = 'left' | 'right' | 'top' | 'bottom'

/** What a view has found out about its size: Vega has no public name for it. */
interface ViewSize {
  readonly _viewWidth: number
  readonly _viewHeight: number
}

/** Of vega-scenegraph, which has no types. */
interface StringRenderer {
  initialize(element: null, width: number, height: number, origin: number[]): void
  background(colour: unknown): void
  render(scene: unknown): void
  svg(): string
}
const SvgStringRenderer = (
  vega as unknown as Record<'SVGStringRenderer', new (loader: vega.Loader) => StringRenderer>
).SVGStringRenderer

/** A view of the spec, and what makes sure that it is drawn without complaint. */
function prepare(spec: TopLevelSpec): { view: vega.View; checked: (svg: string) => string } {
  useTextWidth()
  const complaints: string[] = []
  const logger = vega.logger(vega.Warn, 'warn', (_method, _level, input) => {
    complaints.push(Array.from(input, String).join(' '))
  })
  // Vega marks the rows it is given: it gets its own.
  const compiled = compile(structuredClone(spec), { logger }).spec
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger, logLevel: vega.Warn })
  const checked = (svg: string) => {
    if (complaints.length > 0) throw new Error(`Vega cannot draw this chart: ${complaints.join('; ')}`)
    // Text takes the colour of what is around it: here of the image itself.
    return svg.replace('<svg ', `<svg color="${ink}" `).replaceAll(notInXml, '\uFFFD')
  }
  return { view, checked }
}

/** Control characters and halves of surrogate pairs: an SVG with one of them is no picture at all. */
const notInXml = /[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]|\p{Cs}/gu
