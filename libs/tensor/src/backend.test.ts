import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { useBackend } from './backend.ts'

const run = promisify(execFile)

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
  test('auto is native here: set-up builds it on this kind of machine', async () => {
    const { out, warned } = await choose("'auto', { threads: 2 }")
    expect(JSON.parse(out)).toEqual({
      name: 'native',
      reason: 'native is built and runs',
      tensorflow: '2.21.0',
      threads: 2,
    })
    expect(warned).toBe('')
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
    const broken = await run(process.execPath, [
      '--input-type=module',
      '-e',
      `import { mkdirSync, writeFileSync, mkdtempSync } from 'node:fs'
       process.env.FLATLAND_CACHE = mkdtempSync('/tmp/flatland-broken-')
       const { nativeDirectory, nativeAddon } = await import('${new URL('./native-addon.ts', import.meta.url).href}')
       mkdirSync(nativeDirectory(), { recursive: true })
       writeFileSync(nativeAddon(), 'not a library')
       const { useBackend } = await import('${new URL('./backend.ts', import.meta.url).href}')
       console.log(JSON.stringify(await useBackend('auto')))`,
    ])
    expect(JSON.parse(broken.stdout)).toMatchObject({ name: 'wasm' })
    expect(broken.stderr).toMatch(/native does not run: .*tfjs_binding\.node/)
  })

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

  test('bad input is refused by name before anything loads', async () => {
    await expect(useBackend('auto', { threads: 0 })).rejects.toThrow(
      'threads is 0; it must be a positive integer',
    )
    await expect(useBackend('gpu' as 'native')).rejects.toThrow(
      "'gpu' is no backend; choose one of auto, native",
    )
  })
})
