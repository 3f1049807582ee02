import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readableTrace } from './trace.ts'

test("leaves out the kernel's own frames and those of Node", () => {
  const own = import.meta.dirname
  const trace = [
    'Error: low',
    `    at run (${own}/session.ts:1:2)`,
    `    at ${pathToFileURL(own).href}/session.ts:1:2`,
    `    at other (${own}-other/a.ts:1:2)`,
    '    at node:internal/timers:1:2',
    '    at eval (notebook:cell[3]:4:5)',
  ].join('\n')
  expect(readableTrace(trace)).toEqual([
    'Error: low',
    `    at other (${own}-other/a.ts:1:2)`,
    '    at cell[3]:4:5',
  ])
})

test('also in a clone whose path looks different as a URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'))
  const source = join(folder, 'a clone', 'trace.ts')
  mkdirSync(join(folder, 'a clone'))
  copyFileSync(join(import.meta.dirname, 'trace.ts'), source)
  const url = JSON.stringify(pathToFileURL(source).href)
  const script = `const { readableTrace } = await import(${url})
    const frames = [${url}, ${JSON.stringify(source)}].map(place => '    at run (' + place + ':1:2)')
    console.log(JSON.stringify(readableTrace(['Error: low', ...frames].join('\\n'))))`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(JSON.parse(printed)).toEqual(['Error: low'])
})
