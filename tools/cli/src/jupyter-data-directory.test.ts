import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { jupyterDataDirectory } from './jupyter-data-directory.ts'
import { venvPython } from './repository.ts'

const home = { HOME: '/home/ada' }

test.each([
  { ...home },
  { ...home, XDG_DATA_HOME: '/data' },
  { ...home, XDG_DATA_HOME: '' },
  { ...home, JUPYTER_DATA_DIR: '/mine', XDG_DATA_HOME: '/data' },
  { ...home, JUPYTER_DATA_DIR: '' },
])('%j: what Jupyter itself says', env => {
  const said = execFileSync(venvPython(), ['-m', 'jupyter_core', '--data-dir'], { env, encoding: 'utf8' })
  expect(jupyterDataDirectory(env, process.platform, home.HOME)).toBe(said.trim())
})

test.each([
  ['linux', {}, '/home/ada', '/home/ada/.local/share/jupyter'],
  ['darwin', { XDG_DATA_HOME: '/data' }, '/Users/ada', '/Users/ada/Library/Jupyter'],
  ['win32', { APPDATA: 'C:\\Roaming' }, 'C:\\Users\\ada', 'C:\\Roaming\\jupyter'],
  ['win32', {}, 'C:\\Users\\ada', 'C:\\Users\\ada\\.jupyter\\data'],
] as const)('on %s with %j', (platform, env, folder, expected) => {
  expect(jupyterDataDirectory(env, platform, folder)).toBe(expected)
})
