/**
 * Puts the marker lines of a notebook's prose, in the order of its cells, into notebooks/zh/NN-name.md, and says what is to do:
 *
 *   node notebooks/zh/prose.ts 05
 *
 * What is translated stays. A cell without a translation gets its English text, to be written over; of one that has changed the
 * Chinese stays under its old marker, until somebody has looked at both and puts in the marker that is due.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findNotebook } from '@flatland/cli/src/notebooks.ts'
import { CHINESE_FOLDER, parseProse } from '@flatland/cli/src/translation.ts'
import { cellsOf } from '../truth/committed.ts'
import { pageOfProse, proseProblems } from './prose-problems.ts'

const wanted = process.argv.slice(2)
if (wanted.length === 0) throw new Error('usage: node notebooks/zh/prose.ts 05 …')
for (const each of wanted) {
  const { name, path } = findNotebook(each)
  const cells = cellsOf({ name, text: readFileSync(path, 'utf8') })
  const file = join(CHINESE_FOLDER, `${name}.md`)
  const page = pageOfProse(cells, existsSync(file) ? parseProse(readFileSync(file, 'utf8')) : [])
  writeFileSync(file, page)
  const problems = proseProblems(cells, parseProse(page))
  console.log(
    [`notebooks/zh/${name}.md: ${problems.length === 0 ? 'nothing to do' : 'to do'}`, ...problems].join(
      '\n  ',
    ),
  )
}
