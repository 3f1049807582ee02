import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** What is used of MathJax 3's `init` in Node; it has no types. */
interface MathJax {
  readonly tex2svg: (tex: string, options: { display: boolean }) => unknown
  readonly texReset: () => void
  readonly svgStylesheet: () => unknown
  readonly startup: {
    readonly adaptor: { outerHTML: (node: unknown) => string; textContent: (node: unknown) => string }
    readonly output: { readonly fontCache: { clearCache: () => void; getCache: () => unknown } }
  }
}

export interface Typeset {
  readonly html: string
  /** For the page's head; empty where there is no math. */
  readonly css: string
}

/** What is used of the global that `init` makes, before there is a document. */
interface Loading {
  readonly startup: {
    readonly extendHandler: (extend: (handler: unknown) => unknown) => void
    readonly defaultReady: () => void
  }
  readonly _: {
    readonly ui: { readonly safe: { readonly SafeHandler: { SafeHandler: (handler: unknown) => unknown } } }
  }
}

let loaded: Promise<MathJax> | undefined

/** Loads MathJax, which takes a while, so that `typeset` need not. */
export function loadMathJax(): Promise<MathJax> {
  const { init } = require('mathjax') as {
    init: (options: object) => Promise<MathJax>
  }
  return (loaded ??= init({
    loader: { load: ['input/tex-full', 'output/svg', 'a11y/assistive-mml', 'ui/safe'] },
    tex: { tags: 'ams' },
    // Every letter once in a page.
    svg: { fontCache: 'global' },
    startup: { typeset: false, ready: makeSafe },
  }))
}

/** Links to scripts, and styles that could cover the page, are dropped; by itself MathJax does so only in browsers. */
function makeSafe(): void {
  const { startup, _ } = (globalThis as unknown as { MathJax: Loading }).MathJax
  startup.extendHandler(handler => _.ui.safe.SafeHandler.SafeHandler(handler))
  startup.defaultReady()
}

/**
 * Typesets the marked math of a page: `<span class="flatland-math">TeX</span>`, with the class `display` too for what stands
 * in a line of its own. It becomes SVG for the eye and MathML for screen readers, and needs neither scripts nor fonts.
 * TeX that MathJax cannot read shows as MathJax's own message in its place.
 *
 * @example (await typeset('<span class="flatland-math">x^2</span>')).html // '<mjx-container …'
 */
export async function typeset(html: string): Promise<Typeset> {
  const mark = /<span class="flatland-math( display)?">([^<]*)<\/span>/g
  if (!mark.test(html)) return { html, css: '' }
  const mathJax = await loadMathJax()
  const { adaptor, output } = mathJax.startup
  // Of the page before, in the same process.
  mathJax.texReset()
  output.fontCache.clearCache()
  const done = html.replace(mark, (_, display: string | undefined, tex: string) => {
    const drawn = adaptor.outerHTML(mathJax.tex2svg(unescape(tex), { display: display !== undefined }))
    // A long line scrolls in its box, which the keyboard reaches.
    return display === undefined ? drawn : drawn.replace('<mjx-container ', '<mjx-container tabindex="0" ')
  })
  const letters = adaptor.outerHTML(output.fontCache.getCache())
  return {
    // Before all that uses them. Not `display: none`, which some browsers take for their being nowhere.
    html: done.replace(
      /<body[^>]*>/,
      body =>
        `${body}\n<svg width="0" height="0" style="position:absolute" aria-hidden="true">${letters}</svg>`,
    ),
    css: adaptor.textContent(mathJax.svgStylesheet()),
  }
}

function unescape(html: string): string {
  const letters: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#x27': "'", '#39': "'" }
  return html.replace(/&(lt|gt|amp|quot|#x27|#39);/g, (whole, name: string) => letters[name] ?? whole)
}
