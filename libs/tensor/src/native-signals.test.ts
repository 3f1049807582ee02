import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { nativeAddonIsBuilt } from './native-addon.ts'

// Without the signal mask of `tools/setup/native/signal_safe.cc` a processor with AVX-512 ends this in a corrupted heap.
test.runIf(nativeAddonIsBuilt())(
  'signals during matrix products leave the heap whole',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'profile-'))
    try {
      const script = join(import.meta.dirname, '..', 'test', 'products-under-signals.ts')
      const profile = ['--cpu-prof', '--cpu-prof-interval=100', `--cpu-prof-dir=${folder}`]
      const { stdout } = await promisify(execFile)(process.execPath, [...profile, script], {
        env: { ...process.env, NODE_OPTIONS: '' },
      })
      expect(stdout).toMatch(/^\d+ products\n$/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
  60_000,
)
