import type { Cell, Notebook } from '@flatland/cli/src/notebook-schema.ts'
import { describe, expect, test } from 'vitest'
import { compare } from './same-outputs.ts'
import { idOf, partsOf, withSectionsAgain } from './sections-again.ts'

const code = (id: string, tags: string[] = []): Cell => ({
  cell_type: 'code',
  id,
  metadata: { tags },
  source: id,
  outputs: [],
})
const heading = (id: string): Cell => ({ cell_type: 'markdown', id, metadata: {}, source: `## ${id}` })
const notebook: Notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  cells: [
    code('first'),
    heading('one'),
    code('set', ['parameters']),
    code('a'),
    heading('two'),
    code('b'),
    code('c'),
  ],
}

describe('a notebook with its sections again', () => {
  const doubled = withSectionsAgain(notebook)

  test('runs as it is, and then section by section from the last, each in its order', () => {
    expect(doubled.cells.slice(0, 7)).toEqual(notebook.cells)
    expect(doubled.cells.slice(7).map(idOf)).toEqual(['b', 'c', 'set', 'a', 'first'].map(id => `again-${id}`))
  })

  test('has one cell for parameters, and goes on after a copy that fails', () => {
    const tags = doubled.cells.map(cell => cell.metadata.tags ?? [])
    expect(tags.filter(each => each.includes('parameters'))).toHaveLength(1)
    expect(tags.filter(each => each.includes('raises-exception'))).toHaveLength(5)
  })

  test('comes apart again', () => {
    const parts = partsOf(doubled)
    expect(parts.notebook).toEqual(notebook)
    expect([...parts.again.keys()]).toEqual(['b', 'c', 'set', 'a', 'first'])
  })
})

describe('what a cell shows again', () => {
  const showing = (...outputs: object[]): Cell => ({ ...code('cell'), outputs })
  const printed = (text: string) => ({ output_type: 'stream', name: 'stdout', text })
  const shown = (data: object) => ({ output_type: 'execute_result', data, metadata: {} })
  const chart = (y: string, ...values: number[]) =>
    shown({
      'application/vnd.vegalite.v5+json': { title: 'A', data: { values }, encoding: { y: { title: y } } },
      'image/svg+xml': `<svg>${values.join()}</svg>`,
    })
  const table = (...rows: string[]) => shown({ 'text/markdown': rows, 'text/plain': rows })
  const beside = (before: object, again: object) => compare(showing(before), showing(again))
  const other = { other: expect.any(String) as string }

  test('is the same where it is equal', () => {
    expect(beside(chart('loss', 1, 2), chart('loss', 1, 2))).toBe('same')
    // What was written in two pieces is one text.
    expect(beside(printed('a\nb 1\n'), { ...printed(''), text: ['a\n', 'b 1\n'] })).toBe('same')
  })

  test('is the same but for rounding where threads add in another order', () => {
    expect(beside(chart('loss', 1.48803913, 2), chart('loss', 1.4880383, 2))).toBe('same but for rounding')
    expect(beside(printed('residual 2e-8, −5'), printed('residual 7e-8, −5'))).toBe('same but for rounding')
    expect(beside(printed('loss −1'), printed('loss 1'))).toEqual(other)
  })

  test.each([
    ['a line', printed('loss 0.1'), printed('loss 0.2')],
    ['a chart', chart('loss', 1, 2), chart('loss', 1, 3)],
    ['a row', table('| loss |\n', '| 1 |\n'), table('| loss |\n', '| 2 |\n')],
    ['a value', shown({ 'text/plain': '1' }), shown({ 'text/plain': '2' })],
    ['a picture', shown({ 'image/svg+xml': '<svg>1</svg>' }), shown({ 'image/svg+xml': '<svg>2</svg>' })],
    ['less', printed('a\nb'), printed('a')],
  ])('is other by %s', (_, before, again) => {
    expect(beside(before, again)).toEqual(other)
  })

  test.each([
    ['a line', printed('took 1.2 s'), printed('took 30 s')],
    ['a chart', chart('time per update (ms)', 1, 2), chart('time per update (ms)', 1, 3, 4)],
    ['a row', table('| size | a (ms) |\n', '| 8 | 1 |\n'), table('| size | a (ms) |\n', '| 8 | 2 |\n')],
    ['a median', table('| ms, median |\n', '| 1 |\n'), table('| ms, median |\n', '| 2 |\n')],
    [
      'the store',
      printed('8 trials, 0 of them from the store'),
      printed('8 trials, 8 of them from the store'),
    ],
    [
      'a claim',
      table('| Claim | Verdict |\n', '| B takes less time than A: 2 times | holds |\n'),
      table('| Claim | Verdict |\n', '| B takes less time than A: 1 times | this profile cannot tell |\n'),
    ],
  ])('is the same but for what varies by %s that tells of time', (_, before, again) => {
    expect(beside(before, again)).toBe('same but for what varies')
  })

  test('is the same chart of times though a label stands on the other side of its line', () => {
    const labelled = (baseline: string, text = 'limit') =>
      shown({
        'application/vnd.vegalite.v5+json': {
          encoding: { y: { title: 'time (ms)' } },
          mark: { type: 'text', text, baseline },
        },
      })
    expect(beside(labelled('top'), labelled('bottom'))).toBe('same but for what varies')
    expect(beside(labelled('top'), labelled('top', 'other'))).toEqual(other)
  })

  test.each([
    ['words', printed('took 1.2 s'), printed('failed after 30 s')],
    ['an axis', chart('time (ms)', 1), chart('time (s)', 1)],
    [
      'another claim',
      table('| Claim |\n', '| fast |\n', '| x 1 |\n'),
      table('| Claim |\n', '| fast |\n', '| x 2 |\n'),
    ],
  ])('is other by %s, times or not', (_, before, again) => {
    expect(beside(before, again)).toEqual(other)
  })

  test('is other where it fails, and says how', () => {
    const failure = { output_type: 'error', ename: 'RangeError', evalue: 'too wide', traceback: [] }
    expect(beside(printed('a'), failure)).toEqual({ other: 'fails with RangeError: too wide' })
  })

  test('may differ in any number where the cell is known to vary', () => {
    const cells = [showing(printed('5 to 15')), showing(printed('6 to 14'))] as const
    expect(compare(...cells)).toEqual({ other: 'showed …5 to 15…, now …6 to 14…' })
    expect(compare(...cells, true)).toBe('same but for what varies')
  })

  test('is not how far and how long a bar went', () => {
    const bar = (text: string) => shown({ 'text/html': text, 'text/plain': text })
    expect(beside(bar('5 of 5, 3.2 s'), bar('5 of 5, stored'))).toBe('same')
  })
})
