import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache-directory.ts'

/** The TensorFlow that the native backend is built against: its libraries come out of the PyPI wheel of this version. */
export const TENSORFLOW_VERSION = '2.21.0'

/** The flags of the addon's build; they are part of the cache key, so a changed flag builds anew. */
export const ADDON_FLAGS = ['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8'] as const

/** Raise it when the sources of the build change in another way: the cache then builds anew. */
const BUILD_REVISION = 6

/** The two libraries beside the addon. */
export const TENSORFLOW_LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const

/**
 * The folder of the native addon and its libraries, outside the repository, so that clones share one build:
 * `<cache>/native/<key>`, where the key is a hash of what the build is made from.
 *
 * Example: `nativeDirectory().startsWith(cacheDirectory())`.
 */
export function nativeDirectory(): string {
  const key = createHash('sha256')
    .update(JSON.stringify([TENSORFLOW_VERSION, BUILD_REVISION, ADDON_FLAGS, process.platform, process.arch]))
    .digest('hex')
    .slice(0, 16)
  return join(cacheDirectory(), 'native', key)
}

/** The addon's file; whether it exists is `nativeAddonIsBuilt()`. */
export function nativeAddon(): string {
  return join(nativeDirectory(), 'tfjs_binding.node')
}

/** Whether set-up has built the addon: the folder appears under its final name only when it is whole. */
export function nativeAddonIsBuilt(): boolean {
  return existsSync(nativeAddon())
}
