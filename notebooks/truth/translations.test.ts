import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CHINESE_FOLDER, parseProse, proseMarker, readTexts } from '@flatland/cli/src/translation.ts'
import { describe, expect, test } from 'vitest'
import { pageOfProse, proseProblems } from '../zh/prose-problems.ts'
import { templated } from '../zh/templated.ts'
import { textProblems } from '../zh/text-problems.ts'
import { cellsOf, codeCellsOf, committedNotebooks, folder, sourceOf, type Cell } from './committed.ts'

const notebooks = committedNotebooks()
const names = notebooks.map(({ name }) => name)

/** All TypeScript below a folder, tests aside. */
function codeIn(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes('node_modules'))
    .map(file => readFileSync(join(directory, file), 'utf8'))
    .join('\n')
}
const shared = [
  join(dirname(folder), 'libs'),
  join(dirname(folder), 'tools', 'kernel', 'src'),
  join(folder, 'digits'),
]
  .map(codeIn)
  .join('\n')
const codeOf = new Map(notebooks.map(each => [each.name, codeCellsOf(each).map(sourceOf).join('\n')]))

describe.each(notebooks)('$name in Chinese', notebook => {
  const { name } = notebook
  const prose = join(CHINESE_FOLDER, `${name}.md`)

  test('its prose is whole, in order, and of what the cells say now', () => {
    expect(existsSync(prose), `make it by: node notebooks/zh/prose.ts ${name.slice(0, 2)}`).toBe(true)
    expect(proseProblems(cellsOf(notebook), parseProse(readFileSync(prose, 'utf8')))).toEqual([])
  })

  test('each text of its outputs has Chinese, and code that says it', () => {
    const texts = readTexts(join(CHINESE_FOLDER, `${name}.json`))
    expect(textProblems(texts, `${codeOf.get(name) ?? ''}\n${shared}`)).toEqual([])
  })
})

test('each text that notebooks share has Chinese, and code that says it', () => {
  const texts = readTexts(join(CHINESE_FOLDER, 'common.json'))
  expect(textProblems(texts, [...codeOf.values(), shared].join('\n'))).toEqual([])
})

test('there is no translation of a notebook that is not there', () => {
  const kept = readdirSync(CHINESE_FOLDER).filter(file => /\.(md|json)$/.test(file))
  expect(kept.sort()).toEqual(
    [...names.flatMap(name => [`${name}.md`, `${name}.json`]), 'common.json'].sort(),
  )
})

describe('what is wrong with prose is told', () => {
  const cell = (id: string, source: string, cell_type = 'markdown'): Cell => ({
    id,
    cell_type,
    metadata: {},
    source: [source],
  })
  const formula = '$$\n\\tfrac ab \\quad \\text{one two three four}\n$$'
  const title = `# Time\n\nThis is a whole sentence of more than six words.\n\n${formula}`
  const cells = [cell('cell-00', title), cell('cell-01', 'let x', 'code'), cell('cell-02', '## Claims')]
  const page = (...blocks: string[]) => parseProse(blocks.join('\n'))
  const [first, last] = [
    `${proseMarker('cell-00', title)}\n# 时间\n`,
    `${proseMarker('cell-02', '## Claims')}\n## 论断\n`,
  ]

  test.each([
    ['nothing', [first, last], []],
    [
      'a cell without any',
      [first],
      [`cell-02 has no translation; its marker is ${proseMarker('cell-02', '## Claims')}`],
    ],
    [
      'a cell that has changed',
      [first, '<!-- cell-02 · 00000000 -->\n## 论断'],
      [
        `cell-02 has changed since it was translated: look at both, then put in ${proseMarker('cell-02', '## Claims')}`,
      ],
    ],
    [
      'a cell that is not there any more',
      [first, last, '<!-- cell-09 · 00000000 -->\n旧'],
      ['cell-09 is no cell of prose any more: take its block out'],
    ],
    [
      'another order',
      [last, first],
      ['its blocks are not in the order of the cells, or one is there twice: cell-02, cell-00'],
    ],
    [
      'a cell twice',
      [first, last, last],
      ['its blocks are not in the order of the cells, or one is there twice: cell-00, cell-02, cell-02'],
    ],
    ['English', [first, last.replace('论断', 'Claims')], ['cell-02 is still in English']],
    ['formulas and code, which stay', [`${proseMarker('cell-00', title)}\n# 时间\n${formula}\n`, last], []],
    [
      'a paragraph in English',
      [`${first}\nThis is a whole sentence of more than six words.\n`, last],
      ["cell-00 is still in English from 'This is a whole sentence of more than si' on"],
    ],
  ])('%s', (_, blocks, problems) => {
    expect(proseProblems(cells, page(...blocks))).toEqual(problems)
  })

  test('a page is put in order; what is translated stays, what is not is in English', () => {
    const leftOver = '<!-- cell-09 · 00000000 -->\n\n旧\n'
    const stale = '<!-- cell-02 · 00000000 -->\n\n## 论断\n'
    expect(pageOfProse(cells, page(leftOver, stale))).toBe(
      `${proseMarker('cell-00', title)}\n\n${title}\n\n${stale}\n${leftOver}`,
    )
  })
})

describe('what is wrong with a text is told', () => {
  const code = "const title = `at ${size} rows`, long = 'The loss ' +\n  'falls', one = 'Newton\\'s method'"

  test.each([
    ['at {0} rows', '{0} 行', []],
    ['The loss falls: 7', '损失下降：7', []],
    ["Newton's method", '牛顿法', []],
    ['The loss falls', ' ', ["'The loss falls' has no Chinese"]],
    ['at {0} rows', '各行', ["'at {0} rows' and its Chinese have not the same placeholders"]],
    ['at {0} rows', '{1} 行', ["'at {0} rows' and its Chinese have not the same placeholders"]],
    ['at {0} rows, rising', '{0} 行，上升', ["'at {0} rows, rising' is stale: no code says 'rising'"]],
  ])('%j: %j', (english, chinese, problems) => {
    expect(textProblems([[english, chinese]], code)).toEqual(problems)
  })
})

test('what has no Chinese is told with a placeholder for each number that is no part of a name', () => {
  expect(templated('−1.5e-3 to 1,024 (95 %) on CIFAR-10, F1, 100–2–10, 3.')).toBe(
    '{0} to {1} ({2} %) on CIFAR-10, F1, {3}–{4}–{5}, {6}.',
  )
})
