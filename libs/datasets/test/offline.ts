import { onTestFinished, vi } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

/** As on a machine without network that has fetched nothing, until the test is over. @returns the cache, empty */
export async function offline(): Promise<string> {
  const cache = await temporaryFolder()
  vi.stubEnv('FLATLAND_CACHE', cache)
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/')
  vi.stubEnv('npm_config_cache', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return cache
}
