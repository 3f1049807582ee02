import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeKernelSpec } from '@flatland/kernel'
import { makeFolder } from './make-folder.mjs'

/**
 * Writes what Jupyter needs to know into `.venv`, where only this repository's Jupyter finds it: the user's own
 * Jupyter folders are not written to.
 */
export function prepareJupyter(root: string): void {
  const share = join(root, '.venv', 'share', 'jupyter')
  if (writeKernelSpec(join(share, 'kernels', 'flatland'), { node: process.execPath })) {
    console.log('✓ TypeScript kernel registered in .venv')
  }
  write(join(share, 'lab', 'settings', 'overrides.json'), {
    // No request leaves this machine, so the lab need not ask whether it may.
    '@jupyterlab/apputils-extension:notification': { fetchNews: 'false' },
  })
  // JupyterLab runs a CommonJS file from .venv, which the root's "type": "module" would turn into a module.
  write(join(root, '.venv', 'package.json'), { type: 'commonjs' })
}

/** @returns whether the file had another content before */
function write(file: string, content: unknown): boolean {
  const wanted = `${JSON.stringify(content, null, 2)}\n`
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) return false
  makeFolder(dirname(file))
  writeFileSync(file, wanted)
  return true
}
