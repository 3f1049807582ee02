/**
 * The second half of set-up, on Node 24 and with the packages in place: Python's side, the native backend,
 * Jupyter's own files. Each part finds its own stamp and returns at once when nothing changed.
 *
 * Usage: node prepare.ts [LOCK], with the file of the lock under which it works.
 */
import { constants } from 'node:os'
import { join } from 'node:path'
import { failureLine } from './failure.mjs'
import { prepareJupyter } from './jupyter-files.ts'
import { shareLock } from './lock.mjs'
import { prepareNativeBackend } from './native-backend.ts'
import { preparePython } from './python.ts'

const root = join(import.meta.dirname, '..', '..', '..')

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // An exit, unlike the signal itself, ends the program that works for us.
  process.on(signal, () => process.exit(128 + constants.signals[signal]))
}
shareLock(process.argv[2])
try {
  const python = await preparePython(root)
  await prepareNativeBackend(root, python)
  prepareJupyter(root)
} catch (error) {
  console.error(`✗ ${failureLine(error, root)}`)
  process.exitCode = 1
}
