import { createRequire } from 'node:module'
import util from 'node:util'
import * as tf from '@tensorflow/tfjs'
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js'
import type { TFJSBinding } from '@tensorflow/tfjs-node/dist/tfjs_binding.js'
import { nativeAddon } from './native-addon.ts'
import { registerNativeKernels } from './native-kernels.ts'

const require = createRequire(import.meta.url)
let loaded: { readonly version: string; readonly threads: number } | undefined

/**
 * Registers tfjs-node's kernels as the backend `tensorflow`, on the addon that set-up built.
 *
 * @param threads TensorFlow reads it once, when its first operation runs
 * @returns TensorFlow's version
 * @throws when TensorFlow already runs in this process with another number of threads
 */
export function loadNativeBackend(threads: number): string {
  if (loaded === undefined) {
    process.env['TF_NUM_INTRAOP_THREADS'] = String(threads)
    // TensorFlow has oneDNN's kernels on by itself only where a processor has AVX-512. With AVX2 alone a step of the
    // benchmark's MLP takes 60 to 75 % of the time with them at batch sizes 16 to 64, and 5 to 15 % more from 256 on.
    process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1'
    loaded = { version: register(), threads }
  }
  if (loaded.threads !== threads) {
    throw new Error(
      `TensorFlow runs in this process with ${loaded.threads} threads and cannot change to ${threads}: ` +
        `start a new process, or restart the kernel, and ask for ${threads} there first`,
    )
  }
  return loaded.version
}

/** The threads that TensorFlow started with in this process; `undefined` where it did not start. */
export function nativeThreads(): number | undefined {
  return loaded?.threads
}

function register(): string {
  restoreRemovedUtilities()
  const binding = require(nativeAddon()) as TFJSBinding
  const backendModule = require('@tensorflow/tfjs-node/dist/nodejs_kernel_backend.js') as {
    NodeJSKernelBackend: new (binding: TFJSBinding, packageName: string) => NodeJSKernelBackend
  }
  tf.registerBackend(
    'tensorflow',
    () => new backendModule.NodeJSKernelBackend(binding, '@tensorflow/tfjs-node'),
    3,
  )
  require('@tensorflow/tfjs-node/dist/register_all_kernels.js')
  registerNativeKernels()
  return binding.TF_Version
}

/** tfjs-node 4.22 calls two functions that Node 23 took away, or that warn at their first call. */
function restoreRemovedUtilities(): void {
  const removed = util as { isNullOrUndefined?: (x: unknown) => boolean; isArray?: (x: unknown) => boolean }
  removed.isNullOrUndefined = x => x === null || x === undefined
  removed.isArray = x => Array.isArray(x)
}
