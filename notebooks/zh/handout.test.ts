import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lineChart, jupyterDisplay } from '@flatland/charts'
import { expect, test } from 'vitest'
import { notebookSchema } from '@flatland/cli/src/notebook-schema.ts'
import { code, markdown, notebook, start, temporaryFolder } from '@flatland/cli/src/test-support.ts'
import { CHINESE_FOLDER, readTranslation } from '@flatland/cli/src/translation.ts'

const folder = temporaryFolder()
const name = '04-batch-or-not'
const handout = (...args: string[]) => start(['handout', ...args], folder).ended

/** As a reader has left it who has run 04, and has rewritten a cell of its prose and the title of a chart. */
const [first] = notebookSchema.parse(
  JSON.parse(readFileSync(join(CHINESE_FOLDER, '..', `${name}.ipynb`), 'utf8')),
).cells
const chart = lineChart({
  title: 'My own title',
  rows: [{ size: 1, loss: 2 }],
  x: { field: 'size', title: 'batch size' },
  y: { field: 'loss', title: 'loss' },
})
const data = await chart[jupyterDisplay]()
const executed = JSON.stringify(
  notebook([
    { ...markdown('cell-00', ''), source: [first?.source ?? ''].flat().join('') },
    markdown('cell-01', '## My own words'),
    { ...code('cell-02', 'chart'), outputs: [{ output_type: 'execute_result', data, metadata: {} }] },
  ]),
)
const chineseTitle = /^# (.+)$/m.exec(readFileSync(join(CHINESE_FOLDER, `${name}.md`), 'utf8'))?.[1] ?? ''

test('a notebook of ours in Chinese: what the reader changed stays English, and is told', async () => {
  writeFileSync(join(folder, 'mine.ipynb'), executed)
  const {
    code: exit,
    stdout,
    stderr,
  } = await handout('04', '--from', 'mine.ipynb', '--lang', 'zh', '-o', 'mine.zh.html')
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'Handout: mine.zh.html\n' })
  expect(stderr).toBe(
    'Without translation, left in English: 1 cells of prose (changed since they were translated, or new): cell-01.\n' +
      "Without translation, left in English: 1 texts of outputs: 'My own title'.\n",
  )
  const page = readFileSync(join(folder, 'mine.zh.html'), 'utf8')
  expect(chineseTitle).not.toBe('')
  expect(page).toContain('<html lang="zh-CN">')
  expect(page).toContain(`<title>${chineseTitle}</title>`)
  expect(page).toContain('My own words')
  const shared = new Map(readTranslation(name).texts)
  expect(page).toContain(`"title":"${shared.get('batch size') ?? 'none'}"`)
})

test('all in Chinese: pages and index end in .zh.html, and do not overwrite those in English', async () => {
  mkdirSync(join(folder, 'run'))
  writeFileSync(join(folder, 'run', `${name}.smoke.ipynb`), executed)
  const { stdout } = await handout('all', '--from', 'run', '-o', 'pages', '--lang', 'zh')
  expect(stdout).toBe(`Handout: pages/${name}.smoke.zh.html\nIndex: pages/index.zh.html\n`)
  const index = readFileSync(join(folder, 'pages', 'index.zh.html'), 'utf8')
  expect(index).toContain('<html lang="zh-CN">')
  expect(index).toContain(`<a href="${name}.smoke.zh.html">${chineseTitle}</a>`)
})
