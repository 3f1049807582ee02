import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the clone. */
export const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Where the committed notebooks live. */
export const NOTEBOOKS = join(ROOT, 'notebooks')

/** Where executed notebooks and handouts go unless told otherwise; git ignores it. */
export const OUT = join(NOTEBOOKS, 'out')

/** The Python that set-up made; it may be missing. */
export const VENV = join(ROOT, '.venv')

/**
 * @returns the Python of `.venv`
 * @throws when set-up has not run
 */
export function venvPython(): string {
  const python = join(VENV, 'bin', 'python')
  if (!existsSync(python)) {
    throw new Error(`${python} is missing: Jupyter runs on it. Run \`npm run setup\` in ${ROOT}.`)
  }
  return python
}
