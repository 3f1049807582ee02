import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { committedNotebooks, folder, type Cell, type Committed } from './committed.ts'
import { formProblems } from './form.ts'

const notebooks = committedNotebooks()

test('there are nine notebooks, numbered', () => {
  expect(notebooks.map(({ name }) => name.slice(0, 3))).toEqual(
    Array.from({ length: 9 }, (_, i) => `0${i + 1}-`),
  )
})

test.each(notebooks)('$name: committed without outputs, in the form of all', notebook => {
  expect(formProblems(notebook)).toEqual([])
})

test('the README has a row for each notebook, and for nothing else', () => {
  const readme = readFileSync(join(folder, '..', 'README.md'), 'utf8')
  const rows = Array.from(
    readme.matchAll(/^\| \[(\d\d)\]\(notebooks\/(.+?)\.ipynb\) \| (.+?) \| (.+?) \|$/gm),
    ([, number, name]) => ({ number, name }),
  )
  expect(rows).toEqual(notebooks.map(({ name }) => ({ number: name.slice(0, 2), name })))
})

describe('what is wrong is told', () => {
  const markdown = (source: string[]): Cell => ({ id: '', cell_type: 'markdown', metadata: {}, source })
  const code = (source: string[], tags?: string[]): Cell => ({
    id: '',
    cell_type: 'code',
    execution_count: null,
    metadata: tags ? { tags } : {},
    outputs: [],
    source,
  })
  const profile = "let profile: 'smoke' | 'lecture' | 'paper' = 'lecture'\n"
  const good = [
    markdown(['# 07 · A title']),
    code([profile, 'let seed = 0'], ['parameters']),
    markdown(['## Claims']),
    markdown(['## Summary\n', '\n', '## Exercises\n', '\n', '1. One\n', '2. Two\n', '3. Three']),
    code(['({ backend, profile, seed, node: process.version, processor })'], ['picture']),
  ].map((cell, index) => ({ ...cell, id: `cell-0${index}` }))

  /** The problems of the good notebook with one cell changed. */
  function withCell(index: number, change: Record<string, unknown>, kernel = 'flatland'): string[] {
    const cells = good.map((cell, i) => (i === index ? { ...cell, ...change } : cell))
    const text = `${JSON.stringify({ cells, metadata: { kernelspec: { name: kernel } } }, null, 1)}\n`
    return formProblems({ name: '07-title', text })
  }

  test('a good one has no problem', () => {
    expect(withCell(0, {})).toEqual([])
  })

  test.each([
    [1, { outputs: [{}] }, 'cell-01 has outputs'],
    [1, { execution_count: 1 }, 'cell-01 has an execution count'],
    [1, { metadata: { tags: ['parameters'], trusted: true } }, 'cell-01 has trusted'],
    [0, { attachments: {} }, 'cell-00 has attachments'],
    [0, { source: ['# 07 · A title\nand more'] }, 'cell-00: its source is not one line an item'],
    [2, { source: ['## Claims\n', ''] }, 'cell-02: its source is not one line an item'],
    [4, { id: 'cell-05' }, 'the id of cell 4 is cell-05, not cell-04'],
    [1, { metadata: { tags: ['parameter'] } }, 'cell-01 is tagged parameter, not parameters or picture'],
    [2, { metadata: { tags: ['picture'] } }, 'cell-02 is tagged picture and holds no code'],
    [1, { metadata: {} }, '0 cells are tagged parameters, not one code cell'],
    [4, { metadata: { tags: ['parameters'] } }, '2 cells are tagged parameters, not one code cell'],
    [
      1,
      { source: ["let profile = 'lecture'\n", 'let seed = 0'] },
      "no parameter profile: 'smoke' | 'lecture' | 'paper' = 'lecture'",
    ],
    [1, { source: [profile, 'const seed = 0'] }, 'no parameter seed, a number that is 0'],
    [1, { source: [profile, 'let seed = 0\n', 'let rate = f()'] }, 'rate has no type'],
    [0, { source: ['# 08 · A title'] }, 'its first cell does not begin with # 07 · and a title'],
    [2, { source: ['# Claims'] }, 'it has not one title'],
    [
      2,
      { source: ['## Verdicts'] },
      'its last sections are ## Verdicts, ## Summary, ## Exercises, not Claims, Summary, Exercises',
    ],
    [3, { source: ['## Summary\n', '\n', '## Exercises\n', '\n', '1. One'] }, 'it has 1 exercises, not 3'],
    [4, { source: ['({ backend, profile, seed, processor })'] }, 'its last cell does not tell node'],
    [4, { source: [] }, 'cell-04 is empty'],
  ])('cell %i with %j: %s', (index, change, problem) => {
    expect(withCell(index, change)).toContain(problem)
  })

  test('one picture stands for a notebook, not two', () => {
    const cells = good.map(cell => ({
      ...cell,
      metadata: { tags: [...(cell.metadata.tags ?? []), 'picture'] },
    }))
    const text = `${JSON.stringify({ cells, metadata: { kernelspec: { name: 'flatland' } } }, null, 1)}\n`
    expect(formProblems({ name: '07-title', text })).toContain('6 cells are tagged picture, not one')
  })

  test('another kernel, another indent', () => {
    expect(withCell(0, {}, 'tslab')).toEqual(['its kernel is tslab, not flatland'])
    const [notebook] = notebooks
    const text = JSON.stringify(JSON.parse(notebook?.text ?? ''), null, 2)
    const indented: Committed = { name: notebook?.name ?? '', text }
    expect(formProblems(indented)).toEqual(['its text is not JSON with indent 1'])
  })
})
