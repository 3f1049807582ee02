/**
 * Prints what the outputs of executed notebooks say and has no Chinese yet, as JSON to fill in and put into NN-name.json, and
 * ends with 1 where there is any:
 *
 *   node notebooks/zh/missing.ts notebooks/out/05-time-per-update.smoke.ipynb
 *
 * A number that is no part of a name stands as a placeholder: most differ from run to run.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { notebookSchema } from '@flatland/cli/src/notebook-schema.ts'
import { translateNotebook } from '@flatland/cli/src/translate-notebook.ts'
import { CHINESE_FOLDER, notebookNameOf, readTexts } from '@flatland/cli/src/translation.ts'
import { existsSync } from 'node:fs'
import { templated } from './templated.ts'

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: node notebooks/zh/missing.ts EXECUTED.ipynb …')
for (const file of files) {
  const name = notebookNameOf(basename(file, '.ipynb'))
  const own = join(CHINESE_FOLDER, `${name}.json`)
  const texts = [join(CHINESE_FOLDER, 'common.json'), own].filter(each => existsSync(each)).flatMap(readTexts)
  const executed = notebookSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const { missing } = await translateNotebook(executed, { prose: [], texts })
  const entries = [...new Set(missing.texts.map(templated))].map(english => [english, ''])
  if (entries.length === 0) console.log(`✓ ${file}: all that its outputs say is in Chinese`)
  else {
    console.log(
      `✗ ${file}: without Chinese, for notebooks/zh/${name}.json:\n${JSON.stringify(Object.fromEntries(entries), null, 2)}`,
    )
    process.exitCode = 1
  }
}
