import { setSourceMapsSupport } from 'node:module'
import { parseArgs } from 'node:util'
import { getHeapStatistics } from 'node:v8'
import { openConnection } from './connection.ts'
import { readConnectionFile } from './connection-file.ts'
import { exposeCollector } from './heap-watch.ts'
import { heapReserve } from './kernelspec.ts'

/** `node --no-force-async-hooks-checks main.ts --config-path CONNECTION_FILE`: what Jupyter starts. */

const { values } = parseArgs({ options: { 'config-path': { type: 'string' } } })
const path = values['config-path']
if (path === undefined) {
  process.stderr.write(
    'Which notebook? Jupyter gives --config-path CONNECTION_FILE; by hand: jupyter console --kernel flatland\n',
  )
  process.exit(2)
}

// The sockets open while this thread loads the compiler.
const connection = openConnection(readConnectionFile(path), heapLimit())
exposeCollector()
const { importSources } = await import('./import-hook.ts')
importSources()
setSourceMapsSupport(true, { nodeModules: false, generatedCode: true })
const { createCompiler } = await import('./compiler.ts')
const { serve } = await import('./server.ts')
serve(connection, createCompiler(connection.protect))

/** What cells may use, in bytes: V8's limit without the reserve. */
function heapLimit(): number {
  const limit = getHeapStatistics().heap_size_limit
  return Math.max(limit / 2, limit - heapReserve * 2 ** 20)
}
