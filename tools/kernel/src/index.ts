export { kernelSpec } from './kernelspec.ts'
export type { KernelSpec } from './kernelspec.ts'
