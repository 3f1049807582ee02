import { registerCommonKernels } from './common-kernels.ts'

export { type BackendName, type BackendOptions, type BackendReport, useBackend } from './backend.ts'
export { cacheDirectory } from './cache-directory.ts'
export { crossEntropy } from './cross-entropy.ts'
export { dropout } from './dropout.ts'
export { gradients, type GradientOptions, type ValueAndGradients } from './gradients.ts'
export { flatten, unflatten } from './parameter-vector.ts'
export { randomGenerator } from './random-generator.ts'
export { type RandomStream, randomStream } from './random-stream.ts'
export { statelessUniform } from './stateless-uniform.ts'
export { workerEnvironment } from './worker-environment.ts'
export { isTracing, whileTracing } from './tracing.ts'
export { verifiedOperations } from './verified-operations.ts'

// On import, so that a gradient on a backend that was chosen without `useBackend` is right too.
registerCommonKernels()
