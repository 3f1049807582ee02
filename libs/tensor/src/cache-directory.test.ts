import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cacheDirectory } from './cache-directory.ts'

beforeEach(() => {
  vi.stubEnv('FLATLAND_CACHE', undefined)
  vi.stubEnv('XDG_CACHE_HOME', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
})

test('lies in ~/.cache by default', () => {
  expect(cacheDirectory()).toBe(join(homedir(), '.cache', 'flatland'))
})

test('follows XDG_CACHE_HOME, unless it is empty or relative', () => {
  vi.stubEnv('XDG_CACHE_HOME', resolve('/var/xdg'))
  expect(cacheDirectory()).toBe(resolve('/var/xdg/flatland'))
  for (const unusable of ['', 'xdg']) {
    vi.stubEnv('XDG_CACHE_HOME', unusable)
    expect(cacheDirectory()).toBe(join(homedir(), '.cache', 'flatland'))
  }
})

test('FLATLAND_CACHE comes first, made absolute; empty counts as not set', () => {
  vi.stubEnv('XDG_CACHE_HOME', resolve('/var/xdg'))
  vi.stubEnv('FLATLAND_CACHE', 'mine')
  expect(cacheDirectory()).toBe(resolve('mine'))
  vi.stubEnv('FLATLAND_CACHE', '')
  expect(cacheDirectory()).toBe(resolve('/var/xdg/flatland'))
})
