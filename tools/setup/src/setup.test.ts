import { readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, pathWith, run, script } from './test-support.ts'

test('without Python, one line says what is missing, what for, and how to get it', async () => {
  const said = await run('python.ts', 'await m.preparePython(root)', { PATH: pathWith() })
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toMatch(/^REFUSED: Python ≥ 3\.10.*is missing: JupyterLab.*apt install python3/)
})

test('a program called python3 that is no Python ≥ 3.10 counts as missing', async () => {
  const said = await run('python.ts', 'await m.preparePython(root)', { PATH: pathWith('python3') })
  expect(said).toContain('REFUSED: Python ≥ 3.10')
})

test('.venv is kept while its Python finds Jupyter, and made anew when it does not', async () => {
  const venv = join(folder, '.venv')
  const python = join(venv, 'bin', 'python')
  const prepare = 'console.log(await m.preparePython(root))'
  const PATH = pathWith()
  script(python, 'exit 0')
  writeFileSync(join(venv, 'flatland-requirements-sha256'), createHash('sha256').update('').digest('hex'))
  expect(await run('python.ts', prepare, { PATH })).toBe(`${python}\n`)
  script(python, 'exit 1')
  expect(await run('python.ts', prepare, { PATH })).toContain('REFUSED: Python ≥ 3.10')
})

test("pip's cache lies in flatland's", async () => {
  await run('python.ts', 'await m.preparePython(root)', { PATH: pathWithNotingPython('$@') })
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain(
    `pip install --quiet --disable-pip-version-check --cache-dir ${join(folder, 'cache', 'pip')} --require-hashes`,
  )
})

test("papermill's translator is put on the path of .venv, after the packages are installed", async () => {
  await run('python.ts', 'await m.preparePython(root)', { PATH: pathWithNotingPython('$2 $4') })
  const [first, second] = readFileSync(join(folder, 'calls'), 'utf8').split('\n')
  expect(first).toMatch(/^pip /)
  expect(second).toBe(`-c ${join(folder, 'tools', 'cli', 'python', 'papermill')}`)
})

/** A PATH with a Python 3.12; the one of the `.venv` that it makes only notes what it is called with in `calls`. */
function pathWithNotingPython(noted: string): string {
  const made = join(folder, '.venv', 'bin')
  const bin = pathWith()
  script(
    join(bin, 'python3'),
    'if [ "$1" = -c ]; then echo 3 12; exit; fi',
    `/bin/mkdir -p ${made}`,
    `printf '#!/bin/sh\\necho "${noted}" >> ${join(folder, 'calls')}\\n' > ${join(made, 'python')}`,
    `/bin/chmod +x ${join(made, 'python')}`,
  )
  return bin
}

test("the cache's folder is the one of @flatland/tensor", async () => {
  const code = `const { cacheDirectory } =
      await import(${JSON.stringify(join(import.meta.dirname, '../../../libs/tensor/src/cache-directory.ts'))})
    console.log(m.cacheDirectory() === cacheDirectory(), m.cacheDirectory())`
  const HOME = join(folder, 'home')
  const said = (environment: Record<string, string>) =>
    run('cache-directory.mjs', code, { HOME, ...environment })
  const inHome = `true ${join(HOME, '.cache', 'flatland')}\n`
  expect(await said({})).toBe(`true ${join(folder, 'cache')}\n`)
  expect(await said({ FLATLAND_CACHE: '', XDG_CACHE_HOME: '/xdg' })).toBe('true /xdg/flatland\n')
  expect(await said({ FLATLAND_CACHE: '', XDG_CACHE_HOME: 'relative' })).toBe(inHome)
  expect(await said({ FLATLAND_CACHE: '', XDG_CACHE_HOME: '' })).toBe(inHome)
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
