import type { BackendName } from '@flatland/tensor'

const builtHere = process.platform === 'linux' && process.arch === 'x64'

/** Native where set-up builds it. */
export const backends: readonly BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']
