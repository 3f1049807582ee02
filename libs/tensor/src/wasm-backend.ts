import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { registerWasmKernels } from './wasm-kernels.ts'

let loaded = false

/** Registers the wasm backend, and mends what stock wasm lacks or does in scalar loops. */
export function loadWasmBackend(): void {
  if (loaded) return
  const { resolve } = createRequire(import.meta.url)
  setWasmPaths(`${dirname(resolve('@tensorflow/tfjs-backend-wasm'))}/`)
  registerWasmKernels()
  loaded = true
}
