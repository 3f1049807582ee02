import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { AllOptions } from './handout-all.ts'
import { LANGUAGES, pageEnding } from './handout-words.ts'
import { findNotebook } from './notebooks.ts'
import { OUT } from './repository.ts'
import { outputName, parameterOption, profileOption, runNotebook } from './run.ts'
import { readTranslation } from './translation.ts'
import { UsageError } from './usage-error.ts'

interface HandoutOptions extends AllOptions {
  readonly parameter?: readonly string[]
}

export function addHandout(program: Command): void {
  program
    .command('handout')
    .description(
      'run a notebook and make one HTML file of it that needs no network: live charts, typeset math, folded code',
    )
    .argument(
      '<notebook>',
      'number (05), name (05-time-per-update) or path; all: every notebook, and an index',
    )
    .addOption(profileOption())
    .addOption(parameterOption())
    .option('--from <file>', 'convert this executed notebook, run nothing; with all a folder of them')
    .addOption(
      new Option('--lang <language>', 'of the page: English or Chinese').choices(LANGUAGES).default('en'),
    )
    .option(
      '-o, --output <file>',
      'where to save it (default: notebooks/out/<name>.<profile>.html, .zh.html in Chinese); with all a folder (default: notebooks/out)',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ npx flatland handout 05 --profile smoke
  $ npx flatland handout 05 --from notebooks/out/05-time-per-update.lecture.ipynb
  $ npx flatland handout 05 --lang zh
  $ npx flatland handout all --profile smoke`,
    )
    .action(async (wanted: string, options: HandoutOptions) => {
      refuseContradictions(wanted, options)
      if (wanted === 'all') {
        const { handoutAll } = await import('./handout-all.ts')
        process.exitCode = await handoutAll(options)
      } else {
        process.exitCode = await handout(wanted, options)
      }
    })
}

function refuseContradictions(wanted: string, { from, profile, parameter }: HandoutOptions): void {
  const given = profile === undefined ? '-p' : '--profile'
  if (from !== undefined && (profile !== undefined || parameter !== undefined)) {
    throw new UsageError(`--from converts what was run already: leave out ${given}, or leave out --from.`)
  }
  if (wanted === 'all' && parameter !== undefined) {
    throw new UsageError('all takes no -p: each notebook has parameters of its own. Name one notebook.')
  }
}

async function handout(wanted: string, options: HandoutOptions): Promise<number> {
  const { profile, parameter, from, output, lang } = options
  if (from !== undefined && !existsSync(from)) throw new UsageError(`--from ${from}: there is no such file.`)
  const notebook = findNotebook(wanted)
  // Before anything runs: without a translation there is no page.
  if (lang !== 'en') readTranslation(notebook.name)
  const name = outputName(notebook, profile, parameter)
  const html = resolve(output ?? join(OUT, `${name}${pageEnding(lang)}`))
  if (!html.endsWith('.html'))
    throw new UsageError(`--output ${html}: a handout needs a name that ends in .html.`)

  const executed = resolve(from ?? join(OUT, `${name}.ipynb`))
  const failed = from === undefined ? await runNotebook(notebook, executed, profile, parameter) : 0
  if (failed !== 0) return failed
  // It loads the TypeScript compiler, and most commands do without.
  const { convert } = await import('./handout-convert.ts')
  await convert(executed, html, notebook.name, lang)
  return 0
}
