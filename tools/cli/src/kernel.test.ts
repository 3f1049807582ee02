import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { VENV } from './repository.ts'
import { code, notebook, start, type TestCell } from './test-support.ts'

const folder = mkdtempSync(join(tmpdir(), 'flatland kërnel '))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const kernels = (prefix: string) => join(prefix, 'share', 'jupyter', 'kernels')
const flatland = (...args: string[]) => start(['kernel', ...args], folder).ended

/** A kernel as somebody else has installed it. */
function foreignKernel(prefix: string, name: string): string {
  const spec = join(kernels(prefix), name)
  mkdirSync(spec, { recursive: true })
  writeFileSync(join(spec, 'kernel.json'), JSON.stringify({ argv: ['tslab', 'kernel'], display_name: name }))
  return spec
}

test('install and uninstall leave a stock tslab as it is', async () => {
  const prefix = join(folder, 'beside')
  for (const name of ['tslab', 'jslab']) foreignKernel(prefix, name)
  const installed = await flatland('install', '--prefix', 'beside')
  const spec = join(kernels(prefix), 'flatland')
  expect(installed).toMatchObject({ code: 0, stderr: '' })
  expect(installed.stdout).toContain(`registered in ${spec}\n`)
  expect(installed.stdout).toContain(`npx flatland kernel uninstall --prefix '${prefix}'`)
  expect(readdirSync(spec)).toEqual(['kernel.json', 'logo-32x32.png', 'logo-64x64.png', 'logo-svg.svg'])
  expect(await flatland('install', '--prefix', prefix)).toMatchObject({ code: 0 })

  expect(await flatland('uninstall', '--prefix', prefix)).toMatchObject({ code: 0, stderr: '' })
  expect(readdirSync(kernels(prefix))).toEqual(['jslab', 'tslab'])
  const again = await flatland('uninstall', '--prefix', prefix)
  expect(again).toMatchObject({
    code: 1,
    stderr: `✗ no kernel flatland is registered in ${spec}: nothing to remove.\n`,
  })
})

test('without --prefix: in the data folder of the user', async () => {
  const env = { JUPYTER_DATA_DIR: join(folder, 'data') }
  const run = (what: string) => start(['kernel', what], folder, env).ended
  const spec = join(folder, 'data', 'kernels', 'flatland')
  expect((await run('install')).stdout).toMatch(/To remove it: npx flatland kernel uninstall\n$/)
  expect(existsSync(join(spec, 'kernel.json'))).toBe(true)
  expect(await run('uninstall')).toMatchObject({ code: 0 })
  expect(existsSync(spec)).toBe(false)
})

test.each(['install', 'uninstall'])('%s touches no kernel of that name that is not ours', async what => {
  const prefix = join(folder, `foreign ${what}`)
  const spec = foreignKernel(prefix, 'flatland')
  const before = readFileSync(join(spec, 'kernel.json'), 'utf8')
  const { code, stderr } = await flatland(what, '--prefix', prefix)
  expect(stderr).toBe(
    `✗ ${spec} is not a kernel that flatland has written: look at it, and move it away yourself.\n`,
  )
  expect(code).toBe(1)
  expect(readFileSync(join(spec, 'kernel.json'), 'utf8')).toBe(before)
})

test('a folder that cannot be written to is one clear error', async () => {
  writeFileSync(join(folder, 'file'), '')
  const { code, stderr } = await flatland('install', '--prefix', 'file')
  expect(stderr).toMatch(
    /^✗ cannot write .*file.*\(ENOTDIR.*\): choose a folder of your own with --prefix\.\n$/,
  )
  expect(code).toBe(1)
})

test('a notebook outside the repository runs, with its own packages', async () => {
  const prefix = join(folder, 'env')
  const place = join(folder, 'elsewhere')
  writePackage(join(place, 'node_modules', 'tiny'))
  expect(await flatland('install', '--prefix', prefix)).toMatchObject({ code: 0 })

  const cells = execute(place, prefix, [
    code('console', "console.log('out'); console.error('err')"),
    code('node', "import { readFileSync } from 'node:fs'\nreadFileSync('data.txt', 'utf8')"),
    code('display', 'const shown: Promise<void> = display({ a: 1 })'),
    code('package', "import { twice } from 'tiny'\nconst n: number = twice(21)\nn"),
    code('types', "twice('text')"),
    code('missing', "import * as gone from 'not-installed'"),
  ])
  expect(cells.map(({ id, outputs }) => [id, ...(outputs ?? []).map(textOf)])).toEqual([
    ['console', 'out\n', 'err\n'],
    ['node', "'of this folder'"],
    ['display', '{ a: 1 }'],
    ['package', '42'],
    ['types', expect.stringMatching(/^CompileError.*not assignable to parameter of type 'number'/)],
    ['missing', expect.stringMatching(/^CompileError.*Cannot find module 'not-installed'/)],
  ])
})

function writePackage(path: string): void {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'package.json'), '{ "name": "tiny", "main": "tiny.js", "types": "tiny.d.ts" }')
  writeFileSync(join(path, 'tiny.js'), 'exports.twice = n => 2 * n\n')
  writeFileSync(join(path, 'tiny.d.ts'), 'export declare function twice(n: number): number\n')
}

/** With the Jupyter of `.venv`, which finds the kernel of `prefix` before its own. */
function execute(place: string, prefix: string, cells: TestCell[]): TestCell[] {
  writeFileSync(join(place, 'data.txt'), 'of this folder')
  const file = join(place, 'outside.ipynb')
  const kernelspec = { name: 'flatland', display_name: 'TypeScript (flatland)', language: 'typescript' }
  writeFileSync(file, JSON.stringify({ ...notebook(cells), metadata: { kernelspec } }))
  const env = { ...process.env, JUPYTER_PATH: join(prefix, 'share', 'jupyter') }
  execFileSync(join(VENV, 'bin', 'jupyter-execute'), ['--allow-errors', '--inplace', file], {
    cwd: tmpdir(),
    env,
    stdio: 'pipe',
  })
  return (JSON.parse(readFileSync(file, 'utf8')) as { cells: TestCell[] }).cells
}

function textOf(output: Record<string, unknown>): unknown {
  if (output['output_type'] === 'error') return `${String(output['ename'])}: ${String(output['evalue'])}`
  const data = output['data'] as Record<string, unknown> | undefined
  return [output['text'] ?? data?.['text/plain']].flat().join('')
}
