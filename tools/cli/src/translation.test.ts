import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { notebookNameOf, parseProse, proseMarker, readTranslation, sourceHash } from './translation.ts'
import { UsageError } from './usage-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'flatland zh '))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('a marker carries the cell and the beginning of the SHA-256 of its English source', () => {
  // As `printf '# Zeit für α' | sha256sum` has it.
  expect(sourceHash('# Zeit für α')).toBe('9710f12d')
  expect(proseMarker('cell-03', '# Zeit für α')).toBe('<!-- cell-03 · 9710f12d -->')
})

test('a page of prose is one block a marker', () => {
  const page =
    '\n<!-- cell-00 · 0123abcd -->\n\n# 题\n\n文\n<!-- a comment -->\n\n<!-- cell-10 · ffffffff -->\n末\n'
  expect(parseProse(page)).toEqual([
    { id: 'cell-00', hash: '0123abcd', text: '# 题\n\n文\n<!-- a comment -->' },
    { id: 'cell-10', hash: 'ffffffff', text: '末' },
  ])
  expect(() => parseProse('# 题\n<!-- cell-00 · 0123abcd -->')).toThrow(
    'prose begins with a marker such as <!-- cell-00',
  )
})

test('a translation is read with the entries that all share, and its own come after them', () => {
  writeFileSync(join(folder, '05-time.md'), '<!-- cell-00 · 0123abcd -->\n题\n')
  writeFileSync(join(folder, '05-time.json'), '{ "loss": "损失函数" }')
  writeFileSync(join(folder, 'common.json'), '{ "loss": "损失" }')
  expect(readTranslation('05-time.smoke', folder)).toEqual({
    prose: [{ id: 'cell-00', hash: '0123abcd', text: '题' }],
    texts: [
      ['loss', '损失'],
      ['loss', '损失函数'],
    ],
  })
  writeFileSync(join(folder, '05-time.json'), '{ "loss": 1 }')
  expect(() => readTranslation('05-time', folder)).toThrow('is no JSON object from English to Chinese texts')
})

test('a notebook of the user is refused in one line', () => {
  expect(() => readTranslation('mine', folder)).toThrow(UsageError)
  expect(() => readTranslation('mine', folder)).toThrow(
    /^--lang zh: 'mine' has no translation .* Leave out --lang\.$/,
  )
})

test('the name of an executed file says which notebook it is of', () => {
  expect(notebookNameOf('05-time-per-update.smoke.seed=1')).toBe('05-time-per-update')
  expect(notebookNameOf('05.lecture')).toBe('05-time-per-update')
  expect(() => notebookNameOf('mine.smoke')).toThrow(UsageError)
})
