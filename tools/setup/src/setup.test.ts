import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** Each case runs a part of set-up in a process of its own, in an empty folder, with an empty cache. */
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flatland-setup-'))
  mkdirSync(join(folder, 'tools', 'setup'), { recursive: true })
  writeFileSync(join(folder, 'tools', 'setup', 'requirements.txt'), '')
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs `code` with this folder's modules imported by name; resolves to what it printed, both streams. */
function run(module: string, code: string, environment: Record<string, string> = {}): Promise<string> {
  const script = `const m = await import(${JSON.stringify(join(import.meta.dirname, module))})
    const root = ${JSON.stringify(folder)}
    try { ${code} } catch (error) { console.log('REFUSED: ' + error.message) }`
  const env = { ...process.env, FLATLAND_BACKEND: '', FLATLAND_CACHE: join(folder, 'cache'), ...environment }
  return new Promise(resolve => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      { env, cwd: folder },
      (_, out, errors) => {
        resolve(out + errors)
      },
    )
  })
}

/** A PATH with nothing on it but the named programs. */
function pathWith(...programs: string[]): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const program of programs) symlinkSync('/bin/true', join(bin, program))
  return bin
}

test('without Python, one line says what is missing, what for, and how to get it', async () => {
  const said = await run('python.ts', 'await m.preparePython(root)', { PATH: pathWith() })
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toMatch(/^REFUSED: Python ≥ 3\.10.*is missing: JupyterLab.*apt install python3/)
})

test('a program called python3 that is no Python ≥ 3.10 counts as missing', async () => {
  const said = await run('python.ts', 'await m.preparePython(root)', { PATH: pathWith('python3') })
  expect(said).toContain('REFUSED: Python ≥ 3.10')
})

test('without a compiler, one line says that notebooks run on wasm, and why', async () => {
  const said = await run('native-backend.ts', "await m.prepareNativeBackend(root, 'python')", {
    PATH: pathWith(),
    CXX: '',
  })
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toMatch(
    /^! The native backend is not built, notebooks run on wasm.*a C\+\+ compiler is missing/,
  )
})

test('with FLATLAND_BACKEND=native the missing compiler is an error, with wasm nothing is built', async () => {
  const PATH = pathWith()
  const prepare = "await m.prepareNativeBackend(root, 'python'); console.log('went on')"
  expect(await run('native-backend.ts', prepare, { PATH, CXX: '', FLATLAND_BACKEND: 'native' })).toMatch(
    /^REFUSED: FLATLAND_BACKEND=native, but a C\+\+ compiler is missing/,
  )
  expect(await run('native-backend.ts', prepare, { PATH, CXX: '', FLATLAND_BACKEND: 'wasm' })).toBe(
    'went on\n',
  )
})

test('a build that fails leaves no folder under the final name', async () => {
  const code = `await m.prepareNativeBackend(root, 'python')`
  const said = await run('native-backend.ts', code, {
    PATH: pathWith('g++'),
    FLATLAND_TENSORFLOW: join(folder, 'nowhere'),
  })
  expect(said).toContain('REFUSED: ')
  const left = await run('../../../libs/tensor/src/native-addon.ts', 'console.log(m.nativeAddonIsBuilt())')
  expect(left).toBe('false\n')
})

test("Jupyter's files lie in .venv, name this Node, and are written once", async () => {
  const twice = 'm.prepareJupyter(root); m.prepareJupyter(root)'
  expect(await run('jupyter-files.ts', twice)).toBe('✓ TypeScript kernel registered in .venv\n')
  const kernel: unknown = JSON.parse(
    readFileSync(join(folder, '.venv', 'share', 'jupyter', 'kernels', 'flatland', 'kernel.json'), 'utf8'),
  )
  expect(kernel).toMatchObject({
    language: 'typescript',
    argv: expect.arrayContaining([process.execPath]) as unknown,
  })
})

test('a step shows how it ended, and what its command printed only when it failed', async () => {
  const node = JSON.stringify(process.execPath)
  const good = await run('progress.mjs', `await m.step('good', ${node}, ['-e', 'console.log("chatter")'])`)
  expect(good).toMatch(/^• good …\n✓ good \(\d+ s\)\n$/)
  const bad = await run(
    'progress.mjs',
    `await m.step('bad', ${node}, ['-e', 'console.log("the cause"); process.exit(3)'])`,
  )
  expect(bad).toMatch(/✗ bad[^]*REFUSED:[^]*ended with code 3:\nthe cause/)
  expect(await run('progress.mjs', "await m.step('none', 'no-such-program', [])")).toContain(
    'could not be started',
  )
})
