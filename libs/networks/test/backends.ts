import type { BackendName } from '@flatland/tensor'

/** Native only where set-up builds it. */
const builtHere = process.platform === 'linux' && process.arch === 'x64'

export const backends: readonly BackendName[] = builtHere ? ['native', 'wasm'] : ['wasm']
