import { basename, relative } from 'node:path'
import { factsOf, factsOfPage } from './handout-facts.ts'
import { makePage } from './handout-page.ts'
import { ENGLISH } from './handout-words.ts'
import { readNotebook } from './run.ts'

/**
 * Makes a page of an executed notebook, and says where.
 *
 * @param executed absolute path of the notebook
 * @param html absolute path of the page
 * @throws Error when it is no notebook of format 4
 */
export async function convert(executed: string, html: string): Promise<void> {
  const notebook = readNotebook({ name: basename(executed, '.ipynb'), path: executed })
  const facts = [...factsOf(notebook, ENGLISH), ...factsOfPage(ENGLISH)]
  await makePage({ words: ENGLISH, facts, notebook: executed }, html)
  console.log(`Handout: ${relative(process.cwd(), html)}`)
}
