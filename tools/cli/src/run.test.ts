import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { readNotebook } from './run.ts'
import { provenanceOf } from './run-provenance.ts'
import {
  code,
  markdown,
  notebook,
  pressCtrlC,
  start,
  temporaryFolder,
  untilPrinted,
  type TestCell,
} from './test-support.ts'
import { thisCode } from './this-code.ts'

const folder = temporaryFolder()
/** Each takes seconds to start. */
const SEVERAL_KERNELS = 180_000
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
  const executed = readNotebook({ name: 'good', path: join(folder, 'new', 'good.ipynb') })
  expect(provenanceOf(executed)).toMatchObject({ ...thisCode(), parameters: { profile: 'smoke' } })
})

test('-p sets what the parameters cell declares', async () => {
  save('set.ipynb', [
    code('p', 'let rate = 0.1 // from 0 to 1\nlet sizes = [1]', ['parameters']),
    // As text: numbers would be in colours where the environment asks for them.
    code('use', 'console.log(JSON.stringify([rate, sizes]))'),
  ])
  const args = ['run', 'set.ipynb', '-p', 'rate=0.5', '-p', 'sizes=[1,32]', '-o', 'set.out.ipynb']
  expect(await start(args, folder).ended).toMatchObject({ code: 0 })
  expect(printedIn('set.out.ipynb')).toMatchObject({ 'injected-parameters': '', use: '[0.5,[1,32]]\n' })
})

test('a notebook before --help: its title, and what its parameters take', async () => {
  save('helped.ipynb', [markdown('m', 'Prose\n\n# Of *descent*'), parameters, code('none', '')])
  const { code: exit, stdout } = await start(['run', 'helped.ipynb', '--help'], folder).ended
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^Of \*descent\*\n\nParameters:\n/)
  expect(stdout).toMatch(/ profile +smoke \| lecture \| paper +'lecture'\n/)
  expect(stdout).toContain('The profile is the size of the run')
  expect(stdout).toMatch(/\$ npx flatland run helped\.ipynb -p profile='lecture'\n$/)
})

test(
  'a sweep runs every value, goes on after a failure, and compares the claims on one page',
  async () => {
    save('swept.ipynb', [
      code('p', "let profile: 'smoke' | 'lecture' = 'lecture'\nlet rate = 0.1", ['parameters']),
      code('risk', 'if (rate === 2) throw new RangeError("too fast")'),
      code(
        'claims',
        `import { claimsTable } from '@flatland/charts'
claimsTable([{ statement: 'small <b>', source: 'note', measured: String(rate), verdict: rate < 2 ? 'holds' : 'does not hold' }])`,
      ),
    ])
    const args = ['run', 'swept.ipynb', '--sweep', 'rate=1,2,3', '--profile', 'smoke', '-o', 'sweep']
    const { code: exit, stdout, stderr } = await start(args, folder).ended
    expect(stderr).toContain('✗ 1 of 3 runs failed: swept.smoke.rate=2.ipynb')
    expect(stdout).toBe('Comparison: sweep/swept.smoke.sweep-rate.html\n')
    expect(exit).toBe(1)
    expect(readdirSync(join(folder, 'sweep')).toSorted()).toEqual([
      'swept.smoke.rate=1.ipynb',
      'swept.smoke.rate=2.ipynb',
      'swept.smoke.rate=3.ipynb',
      'swept.smoke.sweep-rate.html',
    ])
    const page = readFileSync(join(folder, 'sweep', 'swept.smoke.sweep-rate.html'), 'utf8')
    expect(page).toContain('3 of 3 runs. All with profile=smoke.')
    expect(/<tr>.*small.*<\/tr>/.exec(page)?.[0]).toBe(
      '<tr><th scope="row">small &lt;b&gt;</th><td class="holds"><b>holds</b>1</td><td></td>' +
        '<td class="fails"><b>does not hold</b>3</td></tr>',
    )
  },
  SEVERAL_KERNELS,
)

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

test('Ctrl-C while the kernel is being stopped cuts nothing off', async () => {
  save('quick.ipynb', [code('a', 'console.log("all")')])
  const { child, printed, ended } = start(['run', 'quick.ipynb', '-o', 'quick.out.ipynb'], folder)
  await untilPrinted(child, printed, /1\/1 .* s\n/)
  pressCtrlC(child)
  expect((await ended).stderr).not.toContain('Traceback')
  expect(printedIn('quick.out.ipynb')).toEqual({ a: 'all\n' })
})

test('Ctrl-C while the kernel starts ends it, too, and leaves no kernel behind', async () => {
  save('early.ipynb', [code('a', 'console.log("never")')])
  // A kernel that starts, and never gets as far as to answer.
  const slow = join(folder, 'slow', 'kernels', 'flatland')
  mkdirSync(slow, { recursive: true })
  const note = join(folder, 'started')
  const argv = [process.execPath, '-e', `require('fs').writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 9)`, note] // prettier-ignore
  writeFileSync(
    join(slow, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'slow', language: 'typescript' }),
  )
  const { child, ended } = start(['run', 'early.ipynb', '-o', 'early.out.ipynb'], folder, {
    JUPYTER_PATH: join(folder, 'slow'),
  })
  await vi.waitUntil(() => existsSync(note) && readFileSync(note, 'utf8') !== '', { timeout: 30_000 })
  pressCtrlC(child)
  const { code: exit, stderr } = await ended
  expect(stderr).toContain('✗ Interrupted before the first cell.')
  expect(exit).toBe(130)
  expect(() => process.kill(Number(readFileSync(note, 'utf8')), 0)).toThrow('ESRCH')
  expect(existsSync(join(folder, 'early.out.ipynb'))).toBe(false)
})

test(
  'Ctrl-C ends a sweep as a whole, and its page holds what was run',
  async () => {
    save('endless.ipynb', [
      code('p', 'let seed = 0', ['parameters']),
      code('b', 'while (seed > 1) await new Promise(done => setTimeout(done, 20))'),
    ])
    const args = ['run', 'endless.ipynb', '--sweep', 'seed=1,2,3', '-o', 'ended']
    const { child, printed, ended } = start(args, folder)
    await untilPrinted(child, printed, /Run 2 of 3[^]*3\/3/)
    pressCtrlC(child)
    const { code: exit, stderr } = await ended
    expect(stderr).not.toContain('Run 3')
    expect(exit).toBe(130)
    const page = readFileSync(join(folder, 'ended', 'endless.sweep-seed.html'), 'utf8')
    expect(page).toContain('2 of 3 runs.')
    expect(page).toMatch(/>done<.*>interrupted</)
  },
  SEVERAL_KERNELS,
)

test.each([
  [['-o', 'plain.ipynb'], /would overwrite a committed notebook/],
  [['-o', 'x.txt'], /ends in \.ipynb/],
  [['-o', 'x.ipynb', '--profile', 'smoke'], /no cell tagged 'parameters'/],
  [['-o', 'x.ipynb', '--sweep', 'a=1'], /a sweep needs a folder/],
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
