import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './repository.ts'

test('a half-finished installation is told in one line, with what mends it', () => {
  const clone = mkdtempSync(join(tmpdir(), 'flatland-half-'))
  const flatland = join('tools', 'cli', 'bin', 'flatland.mjs')
  cpSync(join(ROOT, flatland), join(clone, flatland))
  const said = () => {
    const { status, stderr } = spawnSync(process.execPath, [join(clone, flatland)], { encoding: 'utf8' })
    expect([status, stderr.trim().split('\n').length]).toEqual([1, 1])
    return stderr
  }
  expect(said()).toMatch(/^✗ flatland is not set up yet: run `npm start`/)
  for (const folder of ['node_modules/commander', '.venv', 'tools/cli/src']) {
    mkdirSync(join(clone, folder), { recursive: true })
  }
  writeFileSync(join(clone, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(clone, 'tools', 'cli', 'src', 'main.ts'), "import 'no-such-package-at-all'")
  expect(said()).toMatch(/^✗ flatland does not start: run `npm run setup` in .*no-such-package-at-all/)
  rmSync(clone, { recursive: true })
})
