import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { code, notebook, start, temporaryFolder } from './test-support.ts'

const folder = temporaryFolder()
const handout = (...args: string[]) => start(['handout', ...args], folder).ended

test.each([
  [
    ['own.ipynb', '--lang', 'zh'],
    /^✗ --lang zh: 'own' has no translation .* only the notebooks of flatland have one\./,
  ],
  [
    ['05', '--lang', 'fr'],
    /^✗ option '--lang <language>' argument 'fr' is invalid\. Allowed choices are en, zh\./,
  ],
  [['all', '--from', 'owns', '--lang', 'zh'], /^✗ --lang zh: 'own' has no translation/],
])('%j is refused in one line, and nothing runs', async (args, reason) => {
  mkdirSync(join(folder, 'owns'), { recursive: true })
  for (const file of ['own.ipynb', 'owns/own.ipynb'])
    writeFileSync(join(folder, file), JSON.stringify(notebook([code('a', 'throw new Error("ran")')])))
  const { code: exit, stdout, stderr } = await handout(...args)
  expect(stderr).toMatch(reason)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect([exit, stdout]).toEqual([2, ''])
})
