import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { nativeAddon, nativeDirectory } from './native-addon.ts'

/** One matrix product through the bare addon; anything wrong ends this process, not ours. */
const PROBE = `
const b = require(process.argv[1])
const matrix = () => b.createTensor([2, 2], b.TF_FLOAT, Float32Array.of(1, 2, 3, 4))
const attributes = [
  { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT },
  { name: 'transpose_a', type: b.TF_ATTR_BOOL, value: false },
  { name: 'transpose_b', type: b.TF_ATTR_BOOL, value: false },
]
const [product] = b.executeOp('MatMul', attributes, [matrix(), matrix()], 1)
if (b.tensorDataSync(product.id).join() !== '7,10,15,22') throw new Error('a matrix product came out wrong')
`

/**
 * Tries the native addon in a child process: a processor that lacks an instruction, or a library that is cut
 * short, kills the process that loads it. A success is remembered for this processor and kernel release.
 *
 * @returns why it does not run, or `undefined` where it does
 */
export async function probeNativeAddon(): Promise<string | undefined> {
  const machine = createHash('sha256')
    .update(`${cpus()[0]?.model ?? 'unknown'} ${release()} ${process.version}`)
    .digest('hex')
    .slice(0, 16)
  const remembered = join(nativeDirectory(), `runs-on-${machine}`)
  if (existsSync(remembered)) return undefined
  const obstacle = await new Promise<string | undefined>(resolve => {
    execFile(process.execPath, ['-e', PROBE, nativeAddon()], { timeout: 60_000 }, (error, _, stderr) => {
      const died = error?.signal ? `its process died of ${error.signal}` : undefined
      resolve(error ? (died ?? lastError(stderr) ?? error.message) : undefined)
    })
  })
  if (obstacle === undefined) remember(remembered)
  return obstacle
}

/** In a cache that cannot be written, the next process tries again. */
function remember(file: string): void {
  try {
    writeFileSync(file, '')
  } catch {
    return
  }
}

function lastError(stderr: string): string | undefined {
  return stderr.split('\n').find(line => /error/i.test(line))
}
