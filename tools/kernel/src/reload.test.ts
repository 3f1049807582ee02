import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { moduleReloader } from './reload.ts'
import { isInstalled } from './watched-files.ts'

test.each([
  ['/a/node_modules/b/index.js', true],
  ['C:\\a\\node_modules\\b\\index.js', true],
  ['/a/my_node_modules/index.js', false],
  ['C:\\a\\src\\index.ts', false],
])('%s is installed: %s', (path, installed) => {
  expect(isInstalled(path)).toBe(installed)
})

test('sources are loaded anew when they change, installed packages are not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reload-'))
  const require = createRequire(join(folder, 'index.js'))
  // Elsewhere than on Windows, a name with backslashes stands for a path of Windows.
  const files = ['source.cjs', 'a\\node_modules\\b.cjs'].map(name => join(folder, name))
  for (const file of files) {
    writeFileSync(file, 'module.exports = 1')
    require(file)
  }
  const reloader = moduleReloader()
  reloader.remember()
  for (const file of files) utimesSync(file, 0, 1)
  expect(reloader.dropChanged()).toEqual(files.slice(0, 1))
  expect(require.cache[files[0] ?? '']).toBeUndefined()
  rmSync(folder, { recursive: true })
})
