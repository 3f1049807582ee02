/**
 * The second half of set-up, on Node 24 and with the packages in place: Python's side, the native backend,
 * Jupyter's own files. Each part finds its own stamp and returns at once when nothing changed.
 */
import { join } from 'node:path'
import { prepareJupyter } from './jupyter-files.ts'
import { prepareNativeBackend } from './native-backend.ts'
import { preparePython } from './python.ts'

const root = join(import.meta.dirname, '..', '..', '..')

try {
  const python = await preparePython(root)
  await prepareNativeBackend(root, python)
  prepareJupyter(root)
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
