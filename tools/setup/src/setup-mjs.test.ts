import { execFile, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { folder, pathWith, script } from './test-support.ts'

/** A clone that has the first half of set-up, and a second half that only says that it came. */
beforeEach(() => {
  const source = join(folder, 'tools', 'setup', 'src')
  mkdirSync(source)
  for (const name of ['setup.mjs', 'lock.mjs', 'progress.mjs', 'cache-directory.mjs']) {
    cpSync(join(import.meta.dirname, name), join(source, name))
  }
  writeFileSync(join(source, 'prepare.ts'), "console.log('second half')")
  writeFileSync(join(folder, 'package-lock.json'), '{}')
})

function setUp(PATH: string): Promise<{ code: unknown; said: string }> {
  const env = { PATH, HOME: join(folder, 'home'), FLATLAND_CACHE: join(folder, 'cache') }
  const file = join(folder, 'tools', 'setup', 'src', 'setup.mjs')
  return new Promise(resolve => {
    execFile(process.execPath, [file], { env }, (error, out, errors) => {
      resolve({ code: error?.code ?? 0, said: out + errors })
    })
  })
}

function npm(...lines: string[]): string {
  const bin = pathWith()
  script(join(bin, 'npm'), `echo "$*" >> ${join(folder, 'calls')}`, ...lines)
  return bin
}

const lock = () => join(folder, '.nx', 'setup.lock')
const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
const makeModules = () => `/bin/mkdir -p ${join(folder, 'node_modules')}`

test("npm installs the lockfile without scripts, into flatland's cache, without logs, once", async () => {
  const PATH = npm(makeModules())
  expect(await setUp(PATH)).toMatchObject({
    code: 0,
    said: expect.stringContaining('second half') as unknown,
  })
  expect(await setUp(PATH)).toEqual({ code: 0, said: 'second half\n' })
  expect(calls()).toEqual([
    `ci --ignore-scripts --no-audit --no-fund --cache ${join(folder, 'cache', 'npm')} --logs-max=0`,
  ])
  expect(existsSync(lock())).toBe(false)
})

test('without npm, one line says so', async () => {
  const { code, said } = await setUp(pathWith())
  expect(code).toBe(1)
  expect(said).toMatch(/^✗ npm is missing: .*apt install npm/m)
  expect(said).not.toMatch(/^ {4}at /m)
})

test("when npm fails, one line says what to do, then npm's own lines follow, and no stack", async () => {
  const { code, said } = await setUp(npm('echo chatter', 'echo "npm error code ENOTFOUND" >&2', 'exit 7'))
  expect(code).toBe(1)
  expect(said).toMatch(
    /^✗ The packages are not installed, .*run the same command again.*\nnpm error code ENOTFOUND\n$/m,
  )
  expect(said).not.toMatch(/^ {4}at |chatter|second half/m)
  expect(existsSync(lock())).toBe(false)
})

test('the exit code is that of the second half', async () => {
  writeFileSync(join(folder, 'tools', 'setup', 'src', 'prepare.ts'), 'process.exitCode = 5')
  expect((await setUp(npm(makeModules()))).code).toBe(5)
})

test('of two starts at once, the second waits and finds the work done', async () => {
  const PATH = npm('/bin/sleep 1', makeModules())
  const both = await Promise.all([setUp(PATH), setUp(PATH)])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(both.filter(({ said }) => said.includes('Another start is setting up'))).toHaveLength(1)
  expect(calls()).toHaveLength(1)
})

test('the lock of a process that was killed is taken over', async () => {
  mkdirSync(join(folder, '.nx'))
  writeFileSync(lock(), String(spawnSync('/bin/true').pid))
  const { code, said } = await setUp(npm(makeModules()))
  expect(code).toBe(0)
  expect(said).not.toContain('Another start')
  expect(existsSync(lock())).toBe(false)
})
