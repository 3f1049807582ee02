/**
 * Keeps the picture that stands for each notebook in the README, as NAME.svg beside this file:
 *
 *   npx flatland run 06 --profile lecture
 *   node notebooks/pictures/extract.ts notebooks/out/06-accuracy-vs-batch-size.lecture.ipynb
 *
 * It is the chart of the cell tagged `picture`, which also stands for the notebook in the index of handouts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { notebookSchema } from '@flatland/cli/src/notebook-schema.ts'
import { pictureOf } from './picture-of.ts'

const files = process.argv.slice(2)
if (files.length === 0) throw new Error('usage: node notebooks/pictures/extract.ts EXECUTED.ipynb …')
for (const file of files) {
  const svg = pictureOf(notebookSchema.parse(JSON.parse(readFileSync(file, 'utf8'))))
  // Of 06-accuracy-vs-batch-size.lecture.ipynb all before the first dot.
  const [name = ''] = basename(file).split('.')
  const kept = join(import.meta.dirname, `${name}.svg`)
  writeFileSync(kept, svg)
  console.log(`${kept}: ${Buffer.byteLength(svg)} bytes`)
}
