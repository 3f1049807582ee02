import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, pathWith, run, script } from './test-support.ts'

test('without Python, one line says what is missing, what for, and how to get it', async () => {
  const said = await run('python.ts', 'await m.preparePython(root)', { PATH: pathWith() })
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(said).toMatch(/^REFUSED: Python ≥ 3\.10.*is missing: JupyterLab.*apt install python3/)
})

test.each([
  ['echo "3.9.18 venv"', 'python3 is 3.9.18, too old'],
  ['echo "2.7.18 "', 'python3 is 2.7.18, too old'],
  ['echo "3.12.1 "', 'python3 is 3.12.1 without venv'],
  ['exit 0', 'none'],
  ['exit 3', 'none'],
])('a python3 that does `%s` is told as found: %s', async (line, found) => {
  const PATH = pathWith()
  script(join(PATH, 'python3'), line)
  expect(await run('python.ts', 'await m.preparePython(root)', { PATH })).toMatch(
    new RegExp(`^REFUSED: Python ≥ 3\\.10 .* is missing: .*Found: ${found}\\. Install it.*\\n$`),
  )
})

test('where python3 is too old, a newer one with its number in the name is taken', async () => {
  const PATH = pathWith()
  script(join(PATH, 'python3'), 'echo "3.9.18 venv"')
  script(
    join(PATH, 'python3.12'),
    '[ "$1" = -c ] && echo "3.12.1 venv" && exit',
    `echo "$*" > ${join(folder, 'calls')}`,
  )
  await run('python.ts', 'await m.preparePython(root)', { PATH })
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(`-m venv ${join(folder, '.venv')}\n`)
})

test('.venv is kept while its Python works and all its packages lie there, else made anew', async () => {
  const venv = join(folder, '.venv')
  const python = join(venv, 'bin', 'python')
  const prepare = 'console.log(await m.preparePython(root))'
  const PATH = pathWith()
  const site = join(venv, 'lib', 'python3.12', 'site-packages')
  const stampFile = join(venv, 'flatland-requirements-sha256')
  const hash = createHash('sha256').update('').digest('hex')
  const stamp = [hash, venv, 'python3.12/nbconvert'].join('\n')
  mkdirSync(join(site, 'nbconvert'), { recursive: true })
  script(python, 'exit 0')
  writeFileSync(stampFile, stamp)
  expect(await run('python.ts', prepare, { PATH })).toBe(`${python}\n`)
  const madeAnew = async () => {
    expect(await run('python.ts', prepare, { PATH })).toContain('REFUSED: Python ≥ 3.10')
  }
  rmSync(join(site, 'nbconvert'), { recursive: true })
  await madeAnew()
  mkdirSync(join(site, 'nbconvert'))
  script(python, 'exit 1')
  await madeAnew()
  script(python, 'exit 0')
  // The clone was moved, or is the copy of another one.
  writeFileSync(stampFile, stamp.replace(venv, '/elsewhere/.venv'))
  await madeAnew()
})

test('an old .venv is emptied, not removed: it may be the place of a volume', async () => {
  const venv = join(folder, '.venv')
  mkdirSync(join(venv, 'old'), { recursive: true })
  // While it is open, no other folder gets its number.
  const open = openSync(venv, 'r')
  const { ino } = statSync(venv)
  await run('python.ts', 'await m.preparePython(root)', { PATH: pathWithNotingPython('$2') })
  expect([statSync(venv).ino, existsSync(join(venv, 'old'))]).toEqual([ino, false])
  closeSync(open)
})

test('a new .venv notes what lies in it, and keeps no temporary files', async () => {
  const bin = pathWithNotingPython('$TMPDIR')
  await run('python.ts', 'await m.preparePython(root)', { PATH: bin })
  const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n')
  expect(calls[0]).toBe(join(folder, '.venv', 'tmp'))
  expect(existsSync(join(folder, '.venv', 'tmp'))).toBe(false)
  const stamp = readFileSync(join(folder, '.venv', 'flatland-requirements-sha256'), 'utf8')
  expect(stamp.split('\n').slice(1)).toEqual([join(folder, '.venv'), 'python3.12/nbconvert'])
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

test("papermill's translator is found in a clone of any name, by a Python of any locale", async () => {
  const clone = join(folder, 'ein Ordner mit ü', 'пример')
  const translator = join(clone, 'tools', 'cli', 'python', 'papermill')
  mkdirSync(translator, { recursive: true })
  mkdirSync(join(clone, 'tools', 'setup'))
  writeFileSync(join(clone, 'tools', 'setup', 'requirements.txt'), '')
  const bin = pathWith()
  // A real environment, in whose place of pip stands a module that does nothing.
  script(
    join(bin, 'python3'),
    'if [ "$1" = -c ]; then echo 3.12.1 venv; exit; fi',
    `PATH='${process.env['PATH'] ?? ''}' python3 -m venv --without-pip "$3"`,
    'for site in "$3"/lib/*/site-packages; do echo > "$site/pip.py"; done',
  )
  const prepare = `console.log(await m.preparePython(${JSON.stringify(clone)}))`
  expect(await run('python.ts', prepare, { PATH: bin })).toContain(join(clone, '.venv', 'bin', 'python'))
  const code = 'import os, sys; print(os.path.realpath(sys.argv[1]) in map(os.path.realpath, sys.path))'
  const env = { ...process.env, LC_ALL: 'C' }
  const python = join(clone, '.venv', 'bin', 'python')
  const { stdout } = spawnSync(python, ['-c', code, translator], { env, encoding: 'utf8' })
  expect(stdout).toBe('True\n')
})

/** A PATH with a Python 3.12; the one of the `.venv` that it makes only notes what it is called with in `calls`. */
function pathWithNotingPython(noted: string): string {
  const made = join(folder, '.venv', 'bin')
  const bin = pathWith()
  script(
    join(bin, 'python3'),
    'if [ "$1" = -c ]; then echo 3.12.1 venv; exit; fi',
    `/bin/mkdir -p ${made} ${join(folder, '.venv', 'lib', 'python3.12', 'site-packages', 'nbconvert')}`,
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
