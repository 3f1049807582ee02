import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  code,
  notebook,
  pressCtrlC,
  start,
  temporaryFolder,
  untilPrinted,
  type TestCell,
} from './test-support.ts'

const folder = temporaryFolder()
const parameters = code('p', "let profile: 'smoke' | 'lecture' | 'paper' = 'lecture'", ['parameters'])

function save(name: string, cells: TestCell[]): string {
  const text = JSON.stringify(notebook(cells))
  writeFileSync(join(folder, name), text)
  return text
}

/** What the cells of a saved notebook printed, by cell id. */
function printedIn(name: string): Record<string, string> {
  const { cells } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cells: TestCell[] }
  return Object.fromEntries(cells.map(cell => [cell.id, (cell.outputs ?? []).map(textOf).join('')]))
}

function textOf(output: Record<string, unknown>): string {
  return [output['text'] ?? output['ename']].flat().join('')
}

test('runs with the profile, shows each cell, and leaves the notebook itself alone', async () => {
  const before = save('good.ipynb', [parameters, code('use', 'console.log(profile)')])
  const { code: exit, stderr } = await start(
    ['run', 'good.ipynb', '--profile', 'smoke', '-o', 'new/good.ipynb'],
    folder,
  ).ended
  expect(stderr).toMatch(/3\/3 {2}console\.log.* s\n/)
  expect(exit).toBe(0)
  expect(printedIn('new/good.ipynb')).toEqual({ p: '', 'injected-parameters': '', use: 'smoke\n' })
  expect(readFileSync(join(folder, 'good.ipynb'), 'utf8')).toBe(before)
})

test('a failing cell ends the run with its traceback, and what is done is saved', async () => {
  save('bad.ipynb', [
    code('a', 'console.log("before")'),
    code('b', 'throw new RangeError("too wide")'),
    {
      ...code('c', 'console.log("after")'),
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'of an earlier run' }],
    },
  ])
  const { code: exit, stderr } = await start(['run', 'bad.ipynb', '-o', 'out.ipynb'], folder).ended
  expect(exit).toBe(1)
  expect(stderr).toContain('RangeError: too wide')
  expect(stderr).toContain('✗ This cell failed. What is done is in')
  expect(printedIn('out.ipynb')).toEqual({ a: 'before\n', b: 'RangeError', c: '' })
})

test('Ctrl-C saves what is done', async () => {
  save('long.ipynb', [
    code('a', 'console.log("before")'),
    code('b', 'for (;;) await new Promise(done => setTimeout(done, 20))'),
  ])
  const { child, printed, ended } = start(['run', 'long.ipynb', '-o', 'stopped.ipynb'], folder)
  await untilPrinted(child, printed, /2\/2/)
  pressCtrlC(child)
  const { code: exit, stderr } = await ended
  expect(stderr).toContain('Interrupted')
  expect(exit).toBe(130)
  expect(printedIn('stopped.ipynb')).toEqual({ a: 'before\n', b: '' })
})

test.each([
  [['-o', 'plain.ipynb'], /would overwrite a committed notebook/],
  [['-o', 'x.txt'], /ends in \.ipynb/],
  [['-o', 'x.ipynb', '--profile', 'smoke'], /no cell tagged 'parameters'/],
])('%j is refused before anything runs', async (options, reason) => {
  save('plain.ipynb', [code('a', '1')])
  const { code: exit, stderr } = await start(['run', 'plain.ipynb', ...options], folder).ended
  expect(stderr).toMatch(reason)
  expect(exit).toBe(2)
})

test.each([
  ['{}', ['run', 'broken.ipynb', '-o', 'x.ipynb']],
  ['not JSON', ['handout', 'broken.ipynb', '--from', 'broken.ipynb', '-o', 'x.html']],
])('a file that holds %s is no notebook, and is named in one line', async (text, args) => {
  writeFileSync(join(folder, 'broken.ipynb'), text)
  const { code: exit, stderr } = await start(args, folder).ended
  expect(stderr).toMatch(/^✗ .*broken\.ipynb is no notebook of format 4: .+\n$/)
  expect(exit).toBe(1)
})
