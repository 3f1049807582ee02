import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kernelSpec } from '@flatland/kernel'

/**
 * Registers the kernel inside `.venv`, where only this repository's Jupyter finds it: the user's own Jupyter
 * folders are not written to.
 */
export function registerKernel(root: string): void {
  const folder = join(root, '.venv', 'share', 'jupyter', 'kernels', 'flatland')
  const file = join(folder, 'kernel.json')
  const wanted = `${JSON.stringify(kernelSpec({ node: process.execPath }), null, 2)}\n`
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, wanted)
  console.log('✓ TypeScript kernel registered in .venv')
}
