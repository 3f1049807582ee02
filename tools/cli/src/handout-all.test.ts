import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { claimsTable, jupyterDisplay } from '@flatland/charts'
import { expect, test } from 'vitest'
import { code, markdown, notebook, start, temporaryFolder, type TestCell } from './test-support.ts'

const folder = temporaryFolder()

const claims = claimsTable([
  { statement: 'loss <falls>', source: 'note', measured: '−3 %', verdict: 'holds' },
])
const shown = (data: object) => [{ output_type: 'display_data', data, metadata: {} }]
const drawing = (color: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0,0h1" fill="${color}" /></svg>`

function save(name: string, cells: TestCell[]): void {
  mkdirSync(join(folder, 'run'), { recursive: true })
  writeFileSync(join(folder, 'run', name), JSON.stringify(notebook(cells)))
}

const all = (...args: string[]) => start(['handout', 'all', ...args], folder).ended

/** With other notebooks than the committed ones, in a process of its own, which says what it does. */
async function runAll(output: string, notebooks: string) {
  const module = pathToFileURL(join(import.meta.dirname, 'handout-all.ts')).href
  const script = `import { handoutAll } from ${JSON.stringify(module)}
process.exitCode = await handoutAll({ output: ${JSON.stringify(output)}, lang: 'en' }, ${JSON.stringify(notebooks)})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, JUPYTER_PATH: join(folder, 'jupyter') },
  })
  const [exit, stdout] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)])
  return { code: exit[0] as number | null, stdout }
}

test('every notebook of a folder gets its page, and the index a picture and the claims of each', async () => {
  save('02 b.ipynb', [markdown('a', '# Second & last'), code('b', '1')])
  save('01-a.ipynb', [
    markdown('a', '# First'),
    { ...code('b', 'chart'), outputs: shown({ 'image/svg+xml': drawing('red'), 'text/plain': 'Loss\n\n1' }) },
    { ...code('c', 'chart'), outputs: shown({ 'image/svg+xml': drawing('blue'), 'text/plain': 'Other' }) },
    { ...code('d', 'table(x)'), outputs: shown({ 'text/markdown': '| no |\n| --- |\n| claim |' }) },
    { ...code('e', 'claimsTable([x])'), outputs: shown(claims[jupyterDisplay]()) },
  ])
  expect(await all('--from', 'run', '-o', 'pages')).toEqual({
    code: 0,
    stderr: '',
    stdout: 'Handout: pages/01-a.html\nHandout: pages/02 b.html\nIndex: pages/index.html\n',
  })
  const index = readFileSync(join(folder, 'pages', 'index.html'), 'utf8')
  expect(
    [...index.matchAll(/<h2><a href="([^"]+)">([^<]+)/g)].map(([, href, title]) => [href, title]),
  ).toEqual([
    ['01-a.html', 'First'],
    ['02%20b.html', 'Second &amp; last'],
  ])
  expect(index.split('<img ')).toHaveLength(2)
  expect(index).toContain(`fill="red" />%3C/svg>' alt="Loss"`)
  expect(index).toContain('<td>loss &lt;falls&gt;</td>')
  expect(index).not.toContain('<td>claim</td>')
  expect(index).toContain("script-src 'none'")
  expect(readFileSync(join(folder, 'pages', '02 b.html'), 'utf8')).toContain('Second &amp; last')
})

test.each([
  [
    'the chart of the cell tagged picture stands for a notebook',
    shown({ 'image/svg+xml': drawing('blue') }),
    'blue',
  ],
  ['one without a chart there is shown by its first', [], 'red'],
])('%s', async (_, outputs, colour) => {
  save('01-a.ipynb', [
    { ...code('b', 'chart'), outputs: shown({ 'image/svg+xml': drawing('red') }) },
    { ...code('c', 'charts', ['picture']), outputs: [...outputs, ...shown({ 'text/plain': 'none' })] },
  ])
  expect(await all('--from', 'run', '-o', 'pictured')).toMatchObject({ code: 0 })
  const index = readFileSync(join(folder, 'pictured', 'index.html'), 'utf8')
  expect([...index.matchAll(/fill="(\w+)"/g)].map(([, fill]) => fill)).toEqual([colour])
})

test('one that fails is said to have failed, and the others go on', async () => {
  mkdirSync(join(folder, 'sources'))
  const source = (name: string, cells: TestCell[]) => {
    writeFileSync(join(folder, 'sources', name), JSON.stringify(notebook(cells)))
  }
  source('01-bad.ipynb', [markdown('a', '# Bad'), code('b', 'throw new Error("no")')])
  source('02-good.ipynb', [markdown('a', '# Good'), code('b', 'console.log("done")')])
  const output = join(folder, 'made')
  const { code: exit, stdout } = await runAll(output, join(folder, 'sources'))
  expect(exit).toBe(1)
  expect(
    stdout
      .trim()
      .split('\n')
      .map(line => line.split('/').at(-1)),
  ).toEqual(['02-good.html', 'index.html'])
  const index = readFileSync(join(output, 'index.html'), 'utf8')
  expect(index).toMatch(/<h2>Bad<\/h2>\s*<p class="failed">This notebook did not run to its end/)
  expect(index).toContain('<h2><a href="02-good.html">Good</a></h2>')
  expect(readFileSync(join(output, '02-good.html'), 'utf8')).toContain('>done')
})

test.each([
  [['--from', 'nowhere'], /nowhere: with all it is a folder of executed notebooks/],
  [['--from', '.'], /with all it is a folder of executed notebooks/],
  [['--from', 'run', '-o', 'run/01-a.ipynb'], /with all it is a folder, for the pages/],
  [['-p', 'seed=1'], /all takes no -p/],
])('%j is refused in one line', async (options, reason) => {
  save('01-a.ipynb', [code('a', '1')])
  const { code: exit, stdout, stderr } = await all(...options)
  expect(stderr).toMatch(reason)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect([exit, stdout]).toEqual([2, ''])
})
