import { basename, dirname, relative } from 'node:path'
import { factsOf, factsOfPage } from './handout-facts.ts'
import { makePage } from './handout-page.ts'
import { type Language, WORDS } from './handout-words.ts'
import type { Notebook } from './notebook-schema.ts'
import { readNotebook } from './run.ts'
import { readTranslation } from './translation.ts'

/**
 * Makes a page of an executed notebook, and says where, and what stays English on a page in another language.
 *
 * @param executed absolute path of the notebook
 * @param html absolute path of the page
 * @param name of the notebook that was executed, under which its translation is kept
 * @returns the notebook as the page shows it
 * @throws UsageError when there is no translation
 * @throws Error when it is no notebook of format 4
 */
export async function convert(
  executed: string,
  html: string,
  name: string,
  language: Language,
): Promise<Notebook> {
  const words = WORDS[language]
  const notebook = readNotebook({ name: basename(executed, '.ipynb'), path: executed })
  const facts = [...factsOf(notebook, words), ...factsOfPage(words, notebook)]
  const shown = await inLanguage(notebook, name, language)
  const source = { content: shown, name: basename(executed, '.ipynb'), folder: dirname(executed) }
  await makePage({ words, facts, notebook: source }, html)
  console.log(`Handout: ${relative(process.cwd(), html)}`)
  return shown
}

/**
 * The notebook as a reader of the language is shown it; what stays English is said.
 *
 * @throws UsageError when there is no translation
 */
export async function inLanguage(notebook: Notebook, name: string, language: Language): Promise<Notebook> {
  if (language === 'en') return notebook
  // It loads Vega, and pages in English do without.
  const { translateNotebook } = await import('./translate-notebook.ts')
  const { notebook: translated, missing } = await translateNotebook(notebook, readTranslation(name))
  sayWhatStays('cells of prose (changed since they were translated, or new)', missing.prose)
  sayWhatStays(
    'texts of outputs',
    missing.texts.map(text => `'${text}'`),
  )
  return translated
}

function sayWhatStays(what: string, all: readonly string[]): void {
  if (all.length === 0) return
  const more = all.length > 3 ? ` and ${all.length - 3} more` : ''
  console.warn(
    `Without translation, left in English: ${all.length} ${what}: ${all.slice(0, 3).join(', ')}${more}.`,
  )
}
