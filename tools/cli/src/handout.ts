import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { runToEnd } from './child.ts'
import type { Profile } from './inject-profile.ts'
import { jupyterEnvironment } from './jupyter-environment.ts'
import { findNotebook } from './notebooks.ts'
import { OUT, venvPython } from './repository.ts'
import { outputName, profileOption, readNotebook, runNotebook } from './run.ts'
import { UsageError } from './usage-error.ts'

interface HandoutOptions {
  profile?: Profile
  from?: string
  output?: string
}

export function addHandout(program: Command): void {
  program
    .command('handout')
    .description(
      'run a notebook and make one HTML file of it that needs no network: live charts, typeset math',
    )
    .argument('<notebook>', 'number (05), name (05-time-per-update) or path')
    .addOption(profileOption())
    .option('--from <file>', 'convert this executed notebook, run nothing')
    .option('-o, --output <file>', 'where to save it (default: notebooks/out/<name>.<profile>.html)')
    .addHelpText(
      'after',
      `
Examples:
  $ npx flatland handout 05 --profile smoke
  $ npx flatland handout 05 --from notebooks/out/05-time-per-update.lecture.ipynb`,
    )
    .action(async (wanted: string, options: HandoutOptions) => {
      process.exitCode = await handout(wanted, options)
    })
}

async function handout(wanted: string, { profile, from, output }: HandoutOptions): Promise<number> {
  if (from !== undefined && profile !== undefined) {
    throw new UsageError('--from converts what was run already: leave out --profile, or leave out --from.')
  }
  if (from !== undefined && !existsSync(from)) throw new UsageError(`--from ${from}: there is no such file.`)
  const notebook = findNotebook(wanted)
  const html = resolve(output ?? join(OUT, `${outputName(notebook, profile)}.html`))
  if (!html.endsWith('.html'))
    throw new UsageError(`--output ${html}: a handout needs a name that ends in .html.`)

  if (from !== undefined) readNotebook({ ...notebook, path: from })
  const executed = resolve(from ?? join(OUT, `${outputName(notebook, profile)}.ipynb`))
  const failed = from === undefined ? await runNotebook(notebook, executed, profile) : 0
  return failed || convert(executed, html)
}

/** What the page runs, in this order. */
const SCRIPTS = [
  import.meta.resolve('../templates/flatland/mathjax-options.js'),
  import.meta.resolve('mathjax/es5/tex-svg-full.js'),
  import.meta.resolve('vega/build/vega.min.js'),
  import.meta.resolve('vega-lite/build/vega-lite.min.js'),
  import.meta.resolve('../templates/flatland/live-charts.js'),
]

async function convert(executed: string, html: string): Promise<number> {
  const script = join(import.meta.dirname, '..', 'python', 'make_handout.py')
  const args = [script, executed, html, ...SCRIPTS.map(url => fileURLToPath(url))]
  const code = await runToEnd(venvPython(), args, { env: jupyterEnvironment() })
  if (code === 0) console.log(`Handout: ${relative(process.cwd(), html)}`)
  return code
}
