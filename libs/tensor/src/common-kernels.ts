import { clearTapeOnError } from './clear-tape-on-error.ts'
import { registerCrossEntropy } from './cross-entropy.ts'
import { registerReluGradient } from './relu-gradient.ts'
import { registerSecondDerivatives } from './second-derivatives.ts'

let registered = false

/** What holds on every backend, once a process: the gradients and the kernels composed from others. */
export function registerCommonKernels(): void {
  if (registered) return
  clearTapeOnError()
  registerReluGradient()
  registerCrossEntropy()
  registerSecondDerivatives()
  registered = true
}
