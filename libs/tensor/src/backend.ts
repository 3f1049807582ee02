import { availableParallelism } from 'node:os'
import * as tf from '@tensorflow/tfjs'
import { registerCommonKernels } from './common-kernels.ts'
import { nativeAddonIsBuilt } from './native-addon.ts'
import { loadNativeBackend, nativeThreads } from './native-backend.ts'
import { probeNativeAddon } from './native-probe.ts'
import { loadWasmBackend } from './wasm-backend.ts'

/** `native`: TensorFlow's C++ through tfjs-node; `wasm`: XNNPACK in WebAssembly; `cpu`: plain JavaScript. */
export type BackendName = 'native' | 'wasm' | 'cpu'

/** What runs the tensors, as it belongs beside every result. */
export interface BackendReport {
  readonly name: BackendName
  /** Why this one, in a sentence. */
  readonly reason: string
  /** TensorFlow's version, `null` off the native backend. */
  readonly tensorflow: string | null
  /** Threads inside one operation. */
  readonly threads: number
}

export interface BackendOptions {
  /**
   * Threads inside one operation; default: the cores that this process may use.
   * Only native has more than one, and a process keeps the number that it started with.
   */
  readonly threads?: number
}

const NAMES: readonly string[] = ['native', 'wasm', 'cpu']
const TFJS_NAMES = { native: 'tensorflow', wasm: 'wasm', cpu: 'cpu' } as const
let warned = false

/**
 * Chooses what runs the tensors of this process, and says which and why.
 *
 * `auto` (default) takes the environment variable `FLATLAND_BACKEND` where it is set; else native where it is
 * built and starts (tried first in a child process, since a processor without the needed instructions kills its
 * process), else wasm, with one line of warning. A name given here or in the environment is that backend or an
 * error, never another one.
 *
 * @throws RangeError on an unknown backend or a number of threads that is no positive integer
 * @throws Error when the backend asked for does not run here, or when the threads cannot change any more
 *
 * @example
 * const backend = await useBackend('auto')
 * backend.name // 'native'
 */
export async function useBackend(
  choice: 'auto' | BackendName = 'auto',
  options: BackendOptions = {},
): Promise<BackendReport> {
  const threads = options.threads ?? nativeThreads() ?? availableParallelism()
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is ${threads}; it must be a positive integer`)
  }
  const wanted = choice === 'auto' ? askedByEnvironment() : choice
  if (wanted !== 'auto' && !NAMES.includes(wanted)) {
    throw new RangeError(`'${wanted}' is no backend; choose one of auto, ${NAMES.join(', ')}`)
  }
  const obstacle = wanted === 'auto' || wanted === 'native' ? await nativeObstacle() : undefined
  if (wanted === 'native' && obstacle !== undefined)
    throw new Error(`The native backend does not run: ${obstacle}`)

  const name = wanted !== 'auto' ? (wanted as BackendName) : obstacle === undefined ? 'native' : 'wasm'
  const source = choice !== 'auto' ? 'asked for by name' : 'FLATLAND_BACKEND asks for it'
  const reason =
    wanted !== 'auto'
      ? source
      : obstacle === undefined
        ? 'native is built and runs'
        : `native does not run: ${obstacle}`
  const tensorflow = await load(name, threads)
  if (wanted === 'auto' && name === 'wasm')
    warnOnce(`flatland runs on wasm, many times slower than native: ${reason}`)
  return Object.freeze({ name, reason, tensorflow, threads: name === 'native' ? threads : 1 })
}

/** An empty variable counts as not set. */
function askedByEnvironment(): string {
  const asked = process.env['FLATLAND_BACKEND']
  return asked === undefined || asked === '' ? 'auto' : asked
}

function warnOnce(line: string): void {
  if (!warned) console.warn(line)
  warned = true
}

async function nativeObstacle(): Promise<string | undefined> {
  if (!nativeAddonIsBuilt()) return 'it is not built; `npm run setup` builds it'
  return probeNativeAddon()
}

async function load(name: BackendName, threads: number): Promise<string | null> {
  const tensorflow = name === 'native' ? loadNativeBackend(threads) : null
  if (name === 'wasm') loadWasmBackend()
  if (name === 'cpu') silenceAdvertisement()
  if (!(await tf.setBackend(TFJS_NAMES[name]))) throw new Error(`TensorFlow.js refused the backend '${name}'`)
  registerCommonKernels()
  return tensorflow
}

/** On first use the cpu backend prints that tfjs-node should be installed; here it is, and cpu was asked for. */
function silenceAdvertisement(): void {
  const cpu = tf.findBackend('cpu') as unknown as { firstUse?: boolean }
  cpu.firstUse = false
}
