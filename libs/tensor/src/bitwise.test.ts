import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { trainingDigest } from '../test/training-digest.ts'
import type { BackendName } from './backend.ts'

const builtHere = process.platform === 'linux' && process.arch === 'x64'
const backends: BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']

/** The digest as a fresh process computes it. */
async function digestElsewhere(backend: BackendName, seed: number): Promise<string> {
  const code = `import { trainingDigest } from '${new URL('../test/training-digest.ts', import.meta.url).href}'
    console.log(await trainingDigest('${backend}', ${seed}))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])
  return stdout.trim()
}

test.each(backends)(
  'on %s, the same seed and threads train to the same bits in two processes',
  async name => {
    const digest = await digestElsewhere(name, 1)
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(await digestElsewhere(name, 1)).toBe(digest)
    expect(await trainingDigest(name, 2)).not.toBe(digest)
  },
)
