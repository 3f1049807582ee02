import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { claimsTable, jupyterDisplay, lineChart, table } from '@flatland/charts'
import { defaultTreeAdapter as tree, parse, type DefaultTreeAdapterTypes } from 'parse5'
import { describe, expect, test } from 'vitest'
import { makePage } from './handout-page.ts'
import { WORDS } from './handout-words.ts'
import { code, markdown, notebook, temporaryFolder, type TestCell } from './test-support.ts'
import { translateNotebook } from './translate-notebook.ts'
import { sourceHash } from './translation.ts'

const SPEC = 'application/vnd.vegalite.v5+json'
const folder = temporaryFolder()
const attack = '<script>alert(1)</script><img src=x onerror=alert(2)>'

const chart = lineChart({
  title: 'The loss falls',
  subtitle: 'two rules',
  rows: [
    { step: 1, loss: 2, rule: 'SGD' },
    { step: 2, loss: 1, rule: 'SGD' },
    { step: 1, loss: 3, rule: 'slow' },
  ],
  x: { field: 'step', title: 'step' },
  y: { field: 'loss', title: 'loss', unit: 'ms' },
  series: { field: 'rule', title: 'rule' },
})
const claims = claimsTable([
  { statement: 'The loss | falls', source: 'note', measured: '−3 % | $x$ <b>', verdict: 'holds' },
])
const progress = {
  'text/html':
    '<div>steps <progress aria-label="steps" max="1"></progress> <span>3/3 · 100 % · done in 2.0 s</span></div>',
  'text/plain': 'steps 3/3',
}

const prose = '# A title\n\nSome words.'
const changed = 'These are not the words that were translated.'
const executed = notebook([
  markdown('cell-00', prose),
  markdown('cell-01', changed),
  markdown('cell-02', '$$x^2$$'),
  shown('cell-03', await chart[jupyterDisplay]()),
  shown('cell-04', claims[jupyterDisplay]()),
  shown('cell-05', table([{ rule: 'slow', 'loss at the end': 0.5 }])[jupyterDisplay]()),
  shown('cell-06', progress),
  shown('cell-07', { 'image/svg+xml': '<svg xmlns="http://www.w3.org/2000/svg"/>', 'text/plain': 'A graph' }),
  {
    ...code('cell-08', 'console.log(1)'),
    outputs: [{ output_type: 'stream', name: 'stdout', text: 'done\n' }],
  },
])
const translation = {
  prose: [
    { id: 'cell-00', hash: sourceHash(prose), text: '# 题目\n\n几句话。' },
    { id: 'cell-01', hash: '00000000', text: '别的话。' },
  ],
  texts: Object.entries({
    'The loss falls': '损失下降',
    'two rules': '两种规则',
    step: '步',
    'loss (ms)': '损失（毫秒）',
    loss: '损失',
    rule: '规则',
    SGD: 'SGD',
    slow: `慢 ${attack}`,
    Claim: '论断',
    'Who says so': '出处',
    'Measured here': '本次测量',
    Verdict: '判定',
    'The loss | falls': '损失 | 下降',
    note: '讲义',
    holds: '成立',
    'loss at the end': '最后的损失',
    steps: `步数 ${attack}`,
    'done in {0}': '用时 {0}',
  }),
}

function shown(id: string, data: object): TestCell {
  return { ...code(id, 'chart'), outputs: [{ output_type: 'execute_result', data, metadata: {} }] }
}

const before = JSON.stringify(executed)
const { notebook: chinese, missing } = await translateNotebook(executed, translation)
const dataOf = (id: string) => {
  const found = chinese.cells.find(cell => cell['id'] === id)
  return (found?.['outputs'] as [{ data: Record<string, string> }])[0].data
}
const sourceOf = (id: string) => chinese.cells.find(cell => cell['id'] === id)?.source

test('prose is translated where the cell is as it was; what has changed stays, and is named', () => {
  expect(sourceOf('cell-00')).toBe('# 题目\n\n几句话。')
  expect(sourceOf('cell-01')).toBe(changed)
  expect(sourceOf('cell-02')).toBe('$$x^2$$')
  expect(missing).toEqual({ prose: ['cell-01'], texts: [] })
})

test('a chart is translated and drawn anew, and its text begins with the translated heading', () => {
  const data = dataOf('cell-03')
  expect(data['text/plain']).toMatch(/^损失下降\n两种规则\n\n/)
  for (const text of ['损失下降', '两种规则', '>步<', '损失（毫秒）', '规则', 'SGD'])
    expect(data['image/svg+xml']).toContain(text)
  expect(data['image/svg+xml']).not.toMatch(/>[^<]*(falls|rule|slow)/)
  expect(JSON.stringify(data[SPEC])).toContain('"title":"损失（毫秒）"')
})

test('tables are translated cell by cell, and stay tables', () => {
  expect(dataOf('cell-04')['text/markdown']).toBe(
    '| 论断 | 出处 | 本次测量 | 判定 |\n| --- | --- | --- | --- |\n| 损失 \\| 下降 | 讲义 | −3 % \\| \\$x\\$ &lt;b&gt; | 成立 |',
  )
  expect(dataOf('cell-05')['text/markdown']).toContain('| 规则 | 最后的损失 |')
})

test('of a progress bar, its label and its words', () => {
  expect(dataOf('cell-06')['text/html']).toMatch(
    /^<div>步数 &lt;script&gt;[^]*3\/3 · 100 % · 用时 2\.0 s<\/span><\/div>$/,
  )
})

test('a graph, code and what cells print stay, and so does the notebook that was given', () => {
  expect(chinese.cells.slice(-2)).toEqual(executed.cells.slice(-2))
  expect(JSON.stringify(executed)).toBe(before)
})

test('what has no translation stays English, and is named once', async () => {
  const found = await translateNotebook(executed, { ...translation, texts: translation.texts.slice(1) })
  expect(found.missing.texts).toEqual(['The loss falls'])
  const merging = translation.texts.map(
    ([english, text]) => [english, english === 'slow' ? 'SGD' : text] as const,
  )
  expect((await translateNotebook(executed, { ...translation, texts: merging })).missing.texts).toEqual([
    'SGD',
    'slow',
  ])
})

describe('the page of it', async () => {
  const file = join(folder, 'page.zh.html')
  await makePage({ words: WORDS.zh, facts: [], notebook: { content: chinese, name: 'x', folder } }, file)
  const page = readFileSync(file, 'utf8')
  const elements = elementsIn(parse(page))

  test('is in Chinese for browsers and screen readers', () => {
    expect(elements.find(({ tagName }) => tagName === 'html')?.attrs).toEqual([
      { name: 'lang', value: 'zh-CN' },
    ])
    expect(page).toContain('<title>题目</title>')
    expect(page).toContain('aria-label="损失下降\n两种规则"')
    expect(page).toContain('本页是怎样生成的')
  })

  test('shows what a translation says as text, be it a script', () => {
    const handlers = elements.flatMap(({ attrs }) => attrs).filter(({ name }) => name.startsWith('on'))
    expect(handlers).toEqual([])
    const inCells = elements.filter(({ tagName, attrs }) => tagName === 'script' && attrs.length > 0)
    expect(inCells.map(({ attrs }) => attrs)).toEqual([[{ name: 'type', value: 'application/json' }]])
    // In the table, and twice with the progress bar: as text, and as its label.
    expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;')).toHaveLength(4)
    expect(page.split('<script>alert(1)')).toHaveLength(1)
  })
})

function elementsIn(node: DefaultTreeAdapterTypes.ParentNode): DefaultTreeAdapterTypes.Element[] {
  return node.childNodes
    .filter(child => tree.isElementNode(child))
    .flatMap(child => [child, ...elementsIn(child)])
}
