import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { nativeDirectory } from './native-addon.ts'
import { probeNativeAddon } from './native-probe.ts'

/** The child process that loads the addon, here one that always succeeds. */
const child = vi.hoisted(() =>
  vi.fn(
    (
      _file: string,
      _arguments: string[],
      _options: object,
      done: (error: null, out: string, err: string) => void,
    ) => {
      done(null, '', '')
    },
  ),
)
vi.mock('node:child_process', () => ({ execFile: child }))

describe('an addon that runs', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    child.mockClear()
  })

  test('is remembered in the cache: the second time no process is started', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'flatland-probe-'))
    try {
      vi.stubEnv('FLATLAND_CACHE', cache)
      mkdirSync(nativeDirectory(), { recursive: true })
      expect(await probeNativeAddon()).toBeUndefined()
      expect(readdirSync(nativeDirectory())).toEqual([expect.stringMatching(/^runs-on-/)])
      expect(await probeNativeAddon()).toBeUndefined()
      expect(child).toHaveBeenCalledTimes(1)
    } finally {
      rmSync(cache, { recursive: true })
    }
  })

  test('runs in a cache that cannot be written too', async () => {
    vi.stubEnv('FLATLAND_CACHE', '/nonexistent')
    expect(await probeNativeAddon()).toBeUndefined()
    expect(child).toHaveBeenCalledTimes(1)
    expect(existsSync(nativeDirectory())).toBe(false)
  })
})
