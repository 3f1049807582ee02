import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'

/** The content of a `kernel.json`, as Jupyter reads it. */
export interface KernelSpec {
  argv: string[]
  display_name: string
  language: string
  interrupt_mode: 'message' | 'signal'
  env: Record<string, string>
  metadata: Record<string, unknown>
}

/** Heap that V8 has beyond what a notebook may use, in MB: enough to say so before Node ends the process. */
export const heapReserve = 2048

/**
 * What to write into `share/jupyter/kernels/flatland/kernel.json` so that Jupyter can start this kernel.
 *
 * @param paths.node Absolute path of the Node (24 or newer) that runs the kernel.
 * @param paths.main Absolute path of the kernel's `main.ts`; by default the one beside this file.
 *
 * @example
 * writeFileSync('kernel.json', JSON.stringify(kernelSpec({ node: process.execPath }), null, 2))
 */
export function kernelSpec({ node, main = join(import.meta.dirname, 'main.ts') }: KernelPaths): KernelSpec {
  return {
    argv: [
      node,
      // A loop stopped by force leaves Node's async bookkeeping unbalanced; with the checks on, Node would abort.
      '--no-force-async-hooks-checks',
      `--max-old-space-size=${Math.round(getHeapStatistics().heap_size_limit / 2 ** 20) + heapReserve}`,
      main,
      '--config-path',
      '{connection_file}',
    ],
    display_name: 'TypeScript (flatland)',
    language: 'typescript',
    interrupt_mode: 'message',
    env: {},
    metadata: { debugger: false },
  }
}

/** Named as Jupyter looks for them: JupyterLab takes the SVG, other front ends one of the PNGs, which are drawn from it. */
const logos = join(import.meta.dirname, '..', 'logos')

/**
 * Writes the folder by which Jupyter knows this kernel: `kernel.json`, and the logos that a launcher shows. A file that is
 * as it should be is left alone.
 *
 * @param folder `share/jupyter/kernels/flatland`, made where it is missing
 * @returns whether `kernel.json` had another content before
 *
 * @example
 * writeKernelSpec('.venv/share/jupyter/kernels/flatland', { node: process.execPath })
 */
export function writeKernelSpec(folder: string, paths: KernelPaths): boolean {
  mkdirSync(folder, { recursive: true })
  for (const logo of readdirSync(logos)) writeChanged(join(folder, logo), readFileSync(join(logos, logo)))
  const spec = `${JSON.stringify(kernelSpec(paths), null, 2)}\n`
  return writeChanged(join(folder, 'kernel.json'), Buffer.from(spec))
}

function writeChanged(file: string, wanted: Buffer): boolean {
  if (existsSync(file) && readFileSync(file).equals(wanted)) return false
  writeFileSync(file, wanted)
  return true
}

interface KernelPaths {
  node: string
  main?: string
}
