import { join } from 'node:path'
import process from 'node:process'
import { cacheDirectory } from './cache-directory.ts'

/**
 * The environment of a worker process: that of this one, without what its starter (a kernel, a test runner) says for Node, and
 * without colours, so that the reason of a death can be read. Compiled JavaScript is kept in the cache, by which a worker starts
 * twice as fast; Node itself checks that it fits.
 *
 * @example
 * fork('worker.ts', { execArgv: [], env: workerEnvironment() })
 */
export function workerEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_OPTIONS: '',
    FORCE_COLOR: '0',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(cacheDirectory(), 'compiled'),
  }
}
