import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Fact } from './handout-facts.ts'
import { loadMathJax, typeset } from './handout-math.ts'
import type { Words } from './handout-words.ts'
import { jupyterEnvironment } from './jupyter-environment.ts'
import type { Notebook } from './notebook-schema.ts'
import { venvPython } from './repository.ts'

/** A notebook that a page shows. */
interface NotebookSource {
  readonly content: Notebook
  /** Stands for its title where it has none. */
  readonly name: string
  /** What its pictures' paths are relative to. */
  readonly folder: string
}

/** A notebook's place in the index. */
export interface IndexEntry {
  /** The executed notebook, or the one that did not run. */
  readonly notebook: NotebookSource
  /** Address of its page, relative to the index. */
  readonly href?: string
  /** Why there is no page. */
  readonly failed?: string
}

export type PageRequest = { readonly words: Words; readonly facts: readonly Fact[] } & (
  { readonly notebook: NotebookSource } | { readonly entries: readonly IndexEntry[] }
)

/** In this order. Vega only where a chart is live. */
const VEGA = [
  import.meta.resolve('vega/build/vega.min.js'),
  import.meta.resolve('vega-lite/build/vega-lite.min.js'),
]
const LIVE = import.meta.resolve('../templates/handout/live-charts.js')
const FOLD = import.meta.resolve('../templates/handout/fold-code.js')

/**
 * Makes a page of an executed notebook, or the index of several, and saves it: one HTML file that asks the network for nothing.
 *
 * @param output absolute path; its folder is made
 * @throws Error when a notebook cannot be read
 */
export async function makePage(request: PageRequest, output: string): Promise<void> {
  const rendering = render(request)
  // Both take a second: together.
  const [page] = await Promise.all([rendering, loadMathJax()])
  const { html, css } = await typeset(page)
  mkdirSync(dirname(output), { recursive: true })
  // Under another name first: a reader never finds half a page.
  const unfinished = join(dirname(output), `.${basename(output)}.${process.pid}`)
  writeFileSync(unfinished, complete(html, css))
  renameSync(unfinished, output)
}

async function render(request: PageRequest): Promise<string> {
  const script = join(import.meta.dirname, '..', 'python', 'make_handout.py')
  const running = promisify(execFile)(venvPython(), [script], {
    env: jupyterEnvironment(),
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  // A child that ends before it has read everything says why itself.
  running.child.stdin?.on('error', () => undefined).end(JSON.stringify(request))
  try {
    return (await running).stdout
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`The page could not be made: ${said.split('\n').at(-1) ?? ''}`, { cause: error })
  }
}

/** Puts in the scripts, and the policy that lets nothing else run and nothing load. */
function complete(html: string, css: string): string {
  const live = html.includes('<script type="application/json">')
  const folds = html.includes('<details class="code">')
  const scripts = [...(live ? [...VEGA, LIVE] : []), ...(folds ? [FOLD] : [])].map(url =>
    inline(readFileSync(fileURLToPath(url), 'utf8')),
  )
  const hashes = scripts.map(script => `'sha256-${createHash('sha256').update(script).digest('base64')}'`)
  // Vega compiles its expressions, which are not JavaScript but checked by its own parser.
  const run = scripts.length === 0 ? "'none'" : [...hashes, ...(live ? ["'unsafe-eval'"] : [])].join(' ')
  const policy =
    `default-src 'none'; script-src ${run}; style-src 'unsafe-inline'; ` +
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}">${css === '' ? '' : `\n<style>${css}</style>`}`
  const tags = scripts.map(script => `<script>${script}</script>`).join('\n')
  return put(
    put(html, '<meta name="flatland-policy">', head),
    '<template id="flatland-scripts"></template>',
    tags,
  )
}

/** A script's own text may hold what HTML takes for its end, or for a comment that hides the end. */
function inline(script: string): string {
  return script
    .replaceAll('\r\n', '\n')
    .replace(/<\/(script)/gi, '<\\/$1')
    .replaceAll('<!--', '<\\!--')
}

/** The page's own mark is unique: what a notebook says is escaped. */
function put(html: string, mark: string, text: string): string {
  const [before = '', after, ...others] = html.split(mark)
  if (after === undefined || others.length > 0) throw new Error(`The template must hold ${mark} once.`)
  return before + text + after
}
