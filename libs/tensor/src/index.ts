export { type BackendName, type BackendOptions, type BackendReport, useBackend } from './backend.ts'
export { cacheDirectory } from './cache-directory.ts'
export { crossEntropy } from './cross-entropy.ts'
export { type RandomStream, randomStream } from './random-stream.ts'
