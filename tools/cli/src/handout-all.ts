import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { convert, inLanguage } from './handout-convert.ts'
import { factsOfPage } from './handout-facts.ts'
import { type IndexEntry, makePage } from './handout-page.ts'
import { type Language, pageEnding, WORDS } from './handout-words.ts'
import type { Profile } from './profiles.ts'
import { NOTEBOOKS, OUT } from './repository.ts'
import { outputName, readNotebook, runNotebook } from './run.ts'
import { readTranslation } from './translation.ts'
import { UsageError } from './usage-error.ts'

export interface AllOptions {
  readonly profile?: Profile
  /** Folder of executed notebooks: nothing is run. */
  readonly from?: string
  /** Folder of the pages. */
  readonly output?: string
  readonly lang: Language
}

/**
 * Runs each notebook in turn and makes a page of it, then an index: a picture and the claims of every notebook. One that fails
 * is said to have failed, in the index too, and the others go on; Ctrl-C ends it all.
 *
 * @param notebooks folder of the notebooks that are run
 * @returns exit code: 0 done, 1 a notebook failed, 130 interrupted
 * @throws UsageError when `from` is no folder with notebooks, or `output` is a file
 */
export async function handoutAll(
  { profile, from, output, lang }: AllOptions,
  notebooks = NOTEBOOKS,
): Promise<number> {
  const source = resolve(from ?? notebooks)
  const folder = resolve(output ?? OUT)
  const names = namesIn(source)
  const words = WORDS[lang]
  if (lang !== 'en') for (const name of names) readTranslation(name)
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UsageError(`--output ${folder}: with all it is a folder, for the pages and their index.html.`)
  }
  const entries: IndexEntry[] = []
  for (const name of names) {
    const notebook = { name, path: join(source, `${name}.ipynb`) }
    const executed =
      from === undefined ? join(folder, `${outputName(notebook, profile)}.ipynb`) : notebook.path
    const code = from === undefined ? await runNotebook(notebook, executed, profile) : 0
    if (code >= 128) return code
    if (code === 0) {
      const file = `${basename(executed, '.ipynb')}${pageEnding(lang)}`
      const content = await convert(executed, join(folder, file), name, lang)
      entries.push({ notebook: { content, name, folder: dirname(executed) }, href: encodeURIComponent(file) })
    } else {
      const content = await inLanguage(readNotebook(notebook), name, lang)
      entries.push({ notebook: { content, name, folder: source }, failed: words.failed })
    }
  }
  const index = join(folder, `index${pageEnding(lang)}`)
  await makePage({ words, facts: factsOfPage(words), entries }, index)
  console.log(`Index: ${relative(process.cwd(), index)}`)
  return entries.some(({ failed }) => failed !== undefined) ? 1 : 0
}

function namesIn(folder: string): string[] {
  const isFolder = existsSync(folder) && statSync(folder).isDirectory()
  const names = isFolder ? readdirSync(folder).filter(file => file.endsWith('.ipynb')) : []
  if (names.length === 0)
    throw new UsageError(`--from ${folder}: with all it is a folder of executed notebooks.`)
  return names.map(file => basename(file, '.ipynb')).sort()
}
