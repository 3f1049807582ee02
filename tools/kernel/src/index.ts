export { kernelSpec, writeKernelSpec } from './kernelspec.ts'
export type { KernelSpec } from './kernelspec.ts'
