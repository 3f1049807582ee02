import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findNotebook } from './notebooks.ts'
import { UsageError } from './usage-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'flatland-notebooks-'))
for (const name of ['01-saddles.ipynb', '05-time-per-update.ipynb', '10-all.ipynb', 'package.json']) {
  writeFileSync(join(folder, name), '{}')
}
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each(['05', '5', '05-time-per-update', '05-time-per-update.ipynb'])('%s is found', wanted => {
  expect(findNotebook(wanted, folder)).toEqual({
    name: '05-time-per-update',
    path: join(folder, '05-time-per-update.ipynb'),
  })
})

test('an existing file is taken by its path, wherever it lies', () => {
  const path = join(folder, '10-all.ipynb')
  expect(findNotebook(path, tmpdir()).path).toBe(path)
})

test.each([
  ['05-tme-per-update', '05-time-per-update'],
  ['sadles', '01-saddles'],
  ['update.ipynb', '05-time-per-update'],
  // A path that leads nowhere is not taken for the notebook of that name.
  ['no-such-folder/05-time-per-update.ipynb', '05-time-per-update'],
])('%s is refused, and %s suggested', (wanted, meant) => {
  const find = () => findNotebook(wanted, folder)
  expect(find).toThrow(UsageError)
  expect(find).toThrow(
    `no notebook '${wanted}'. (Did you mean ${meant}?) Notebooks: 01-saddles, 05-time-per-update, 10-all.`,
  )
})

test('1 is notebook 01, not 10', () => {
  expect(findNotebook('1', folder).name).toBe('01-saddles')
})

test('a folder without notebooks says so', () => {
  expect(() => findNotebook('05', join(folder, 'none'))).toThrow(/has none/)
})
