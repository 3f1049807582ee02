import * as tf from '@tensorflow/tfjs'
import { mendAveragePoolGradient } from './average-pool-gradient.ts'
import { clearTapeOnError } from './clear-tape-on-error.ts'
import { registerCrossEntropy } from './cross-entropy.ts'
import { replaceKernel } from './kernels.ts'
import { mendTape } from './mend-tape.ts'
import { registerReluGradient } from './relu-gradient.ts'
import { registerSecondDerivatives } from './second-derivatives.ts'
import { registerStatelessUniform } from './stateless-uniform.ts'

/** On the engine, of which a process has one, however often this library is loaded (as a module, by `require`). */
const REGISTERED = Symbol.for('@flatland/tensor: common kernels')

/** What holds on every backend, once a process: the tape, and the gradients and kernels composed from others. */
export function registerCommonKernels(): void {
  const engine = tf.engine()
  if (Object.hasOwn(engine, REGISTERED)) return
  Object.defineProperty(engine, REGISTERED, { value: true })
  mendTape()
  clearTapeOnError()
  registerReluGradient()
  registerCrossEntropy()
  registerSecondDerivatives()
  registerStatelessUniform()
  replaceKernel('AvgPoolGrad', 'cpu', mendAveragePoolGradient)
}
