import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, pathWith, run, script } from './test-support.ts'

const prepare = "await m.prepareNativeBackend(root, 'python'); console.log('went on')"
const build = "await m.buildNativeAddon(root, 'python')"

/** A compiler that writes its output file, and then ends with `code`; and a TensorFlow for it. */
function fakeBuild(code: number): Record<string, string> {
  const tensorflow = join(folder, 'tensorflow')
  mkdirSync(tensorflow)
  for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    writeFileSync(join(tensorflow, library), '')
  }
  const CXX = script(
    join(folder, 'fake-compiler'),
    '[ "$1" = --version ] && exit 0',
    'while [ "$1" != -o ]; do shift; done',
    'echo half > "$2"',
    `echo called >> ${join(folder, 'calls')}`,
    'echo "first line"',
    'echo "the last cause."',
    `exit ${String(code)}`,
  )
  return { CXX, FLATLAND_TENSORFLOW: tensorflow }
}

/** What lies in the cache beside where the build goes. */
function inCache(): string[] {
  const native = join(folder, 'cache', 'native')
  return existsSync(native) ? readdirSync(native) : []
}

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
  expect(await run('native-backend.ts', prepare, { PATH, CXX: '', FLATLAND_BACKEND: 'native' })).toMatch(
    /^REFUSED: FLATLAND_BACKEND=native, but a C\+\+ compiler is missing/,
  )
  expect(await run('native-backend.ts', prepare, { PATH, CXX: '', FLATLAND_BACKEND: 'wasm' })).toBe(
    'went on\n',
  )
})

test('a FLATLAND_BACKEND that is no backend is refused with what is allowed, an empty one counts as unset', async () => {
  const PATH = pathWith()
  expect(await run('native-backend.ts', prepare, { PATH, CXX: '', FLATLAND_BACKEND: 'auto' })).toMatch(
    /^! The native backend is not built/,
  )
  expect(await run('native-backend.ts', prepare, { PATH, FLATLAND_BACKEND: 'nativ' })).toBe(
    "REFUSED: FLATLAND_BACKEND is 'nativ': set it to auto, native, wasm or cpu, or leave it unset.\n",
  )
  expect(await run('native-backend.ts', prepare, { PATH, CXX: '', FLATLAND_BACKEND: '' })).toContain(
    'went on',
  )
})

test('a build that fails leaves nothing behind', async () => {
  const said = await run('native-build.ts', build, fakeBuild(1))
  expect(said).toMatch(/REFUSED: [^]*the last cause/)
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('called\n')
  expect(inCache()).toEqual([])
})

test('a build that fails lets set-up go on with wasm; with FLATLAND_BACKEND=native it is an error', async () => {
  const environment = fakeBuild(1)
  const said = (await run('native-backend.ts', prepare, environment)).trim().split('\n')
  expect(said.slice(-2)).toEqual([
    '! The native backend is not built, notebooks run on wasm, many times slower: the last cause. Mend that and run the same command again.',
    'went on',
  ])
  const refused = await run('native-backend.ts', prepare, { ...environment, FLATLAND_BACKEND: 'native' })
  expect(refused).toMatch(/REFUSED: [^]*the last cause/)
  expect(refused).not.toContain('went on')
})

test("a download that fails lets set-up go on, and pip's cache lies in flatland's", async () => {
  const pip = script(join(folder, 'fake python'), 'echo "ERROR: no luck; $*"', 'exit 1')
  const code = `await m.prepareNativeBackend(root, ${JSON.stringify(pip)}); console.log('went on')`
  const { CXX = '' } = fakeBuild(0)
  const said = await run('native-backend.ts', code, { CXX })
  expect(said).toMatch(/^! The native backend is not built.*ERROR: no luck.*run the same command again/m)
  expect(said).toContain(`--cache-dir ${join(folder, 'cache', 'pip')}`)
  expect(said).toContain('went on')
  expect(inCache()).toEqual([])
})

test('a good build gets its name, also where a folder without an addon has it', async () => {
  const environment = fakeBuild(0)
  const again = `const { mkdirSync, rmSync, writeFileSync } = await import('node:fs')
    const { nativeAddon, nativeAddonIsBuilt, nativeDirectory } =
      await import(${JSON.stringify(join(import.meta.dirname, '../../../libs/tensor/src/native-addon.ts'))})
    mkdirSync(nativeDirectory(), { recursive: true }); writeFileSync(nativeDirectory() + '/rest', '')
    ${build}; console.log('first', nativeAddonIsBuilt())
    ${build}; console.log('second', nativeAddonIsBuilt())`
  const said = await run('native-build.ts', again, environment)
  expect(said).not.toContain('REFUSED')
  expect(said).toMatch(/^first true$[^]*^second true$/m)
  expect(inCache()).toHaveLength(1)
})

test('the folders of killed builds are removed, those of running ones stay', async () => {
  const dead = spawnSync('/bin/true').pid
  const running = `key.building-${String(process.pid)}-abc`
  for (const name of [`key.building-${String(dead)}-abc`, running, 'key']) {
    mkdirSync(join(folder, 'cache', 'native', name, 'ready'), { recursive: true })
  }
  await run('native-backend.ts', prepare, { PATH: pathWith(), CXX: '' })
  expect(inCache().sort()).toEqual(['key', running])
})
