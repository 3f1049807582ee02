import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { useBackend } from './backend.ts'
import { nativeAddon, nativeDirectory } from './native-addon.ts'

const run = promisify(execFile)

/** Set-up builds native on this kind of machine; anywhere else wasm must do. */
const builtHere = process.platform === 'linux' && process.arch === 'x64'

/** A fresh process that chooses a backend and prints its report, or the error's message. */
async function choose(
  argument: string,
  environment: Record<string, string> = {},
): Promise<{ out: string; warned: string }> {
  const code = `import { useBackend } from '${new URL('./backend.ts', import.meta.url).href}'
    try { console.log(JSON.stringify(await useBackend(${argument}))) } catch (error) { console.log(error.message) }`
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, FLATLAND_BACKEND: undefined, ...environment },
  })
  return { out: stdout, warned: stderr }
}

describe('useBackend', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  test('auto is native where set-up builds it, else wasm with a warning', async () => {
    const { out, warned } = await choose("'auto', { threads: 2 }")
    const native = {
      name: 'native',
      reason: 'native is built and runs',
      tensorflow: '2.21.0',
      threads: 2,
    }
    expect(JSON.parse(out)).toMatchObject(builtHere ? native : { name: 'wasm', tensorflow: null, threads: 1 })
    expect(warned === '').toBe(builtHere)
  })

  test('an empty FLATLAND_BACKEND counts as not set', async () => {
    const { out } = await choose("'auto'", { FLATLAND_BACKEND: '', FLATLAND_CACHE: '/nonexistent' })
    expect(JSON.parse(out)).toMatchObject({
      name: 'wasm',
      reason: expect.stringContaining('not built') as string,
    })
  })

  test('auto falls back to wasm with one line of warning where native is not built', async () => {
    const { out, warned } = await choose("'auto'", { FLATLAND_CACHE: '/nonexistent' })
    expect(JSON.parse(out)).toMatchObject({ name: 'wasm', threads: 1, tensorflow: null })
    expect(warned.trim().split('\n')).toHaveLength(1)
    expect(warned).toContain('not built')
  })

  test('FLATLAND_BACKEND=native fails where native is not built, and never falls back', async () => {
    const { out } = await choose("'auto'", { FLATLAND_BACKEND: 'native', FLATLAND_CACHE: '/nonexistent' })
    expect(out).toContain('The native backend does not run: it is not built')
  })

  test('FLATLAND_BACKEND chooses for auto, a name in the call chooses over it', async () => {
    expect(JSON.parse((await choose("'auto'", { FLATLAND_BACKEND: 'cpu' })).out)).toMatchObject({
      name: 'cpu',
    })
    expect(JSON.parse((await choose("'wasm'", { FLATLAND_BACKEND: 'cpu' })).out)).toMatchObject({
      name: 'wasm',
    })
  })

  test('an addon that does not load is an obstacle with its own words, found in a child process', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'flatland-broken-'))
    try {
      vi.stubEnv('FLATLAND_CACHE', cache)
      mkdirSync(nativeDirectory(), { recursive: true })
      writeFileSync(nativeAddon(), 'not a library')
      const { out, warned } = await choose("'auto'")
      expect(JSON.parse(out)).toMatchObject({ name: 'wasm' })
      expect(warned).toMatch(/native does not run: .*tfjs_binding\.node/)
    } finally {
      rmSync(cache, { recursive: true })
    }
  })

  if (builtHere) {
    test('the threads of a process cannot change: the error says what to do', async () => {
      const { out } = await choose("(await useBackend('native', { threads: 1 }), 'native'), { threads: 2 }")
      expect(out).toContain('with 1 threads and cannot change to 2')
      expect(out).toContain('restart the kernel')
    })

    test('native, wasm and native again keeps the threads that TensorFlow started with', async () => {
      const { out } = await choose(
        "(await useBackend('native', { threads: 2 }), await useBackend('wasm'), 'native')",
      )
      expect(JSON.parse(out)).toMatchObject({ name: 'native', threads: 2 })
    })
  }

  test('bad input is refused by name before anything loads', async () => {
    await expect(useBackend('auto', { threads: 0 })).rejects.toThrow(
      'threads is 0; it must be a positive integer',
    )
    await expect(useBackend('gpu' as 'native')).rejects.toThrow(
      "'gpu' is no backend; choose one of auto, native",
    )
  })
})
