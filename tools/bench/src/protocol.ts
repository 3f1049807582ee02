import type { Case, NetworkSizes } from './cases.ts'
import type { OptimizerKind, OptimizerSettings } from './optimizers.ts'

/**
 * What a runner, a child process, reads from its stdin and writes to its stdout: one JSON value a line, one reply to
 * each request, in order. Before the first request it writes one `Greeting`. It ends when its stdin ends.
 */
export type Request = (
  | { readonly prepare: Case; readonly seed: number }
  | { readonly measure: string; readonly milliseconds: number }
  | { readonly check: Sample }
  | { readonly fresh: Case; readonly seed: number; readonly calls: number }
  | { readonly peak: number }
) & {
  /** PyTorch's other ways to update. Default: the one it chooses itself. */
  readonly variant?: 'foreach' | 'fused'
}

/** A runner that cannot work says why, and ends. */
export type Greeting =
  { readonly ready: { readonly version: string; readonly threads: number } } | { readonly absent: string }

/** The reply to any request that failed is `{ error }`. */
export interface Replies {
  /** Some calls were run, untimed: as many as it takes until all later ones are alike. */
  readonly prepare: Record<string, never>
  /** Milliseconds of each call, and of processor time on all cores together. */
  readonly measure: { readonly times: readonly number[]; readonly processor: number }
  readonly check: Answers
  /** A case that this process has not seen: its first calls, and the largest resident memory, before and after. */
  readonly fresh: FreshRun
  /** Floating-point operations a second of a product of two float32 matrices of this many rows and columns. */
  readonly peak: { readonly flops: number }
}

/** The first calls of a process. */
export interface FreshRun {
  /** Milliseconds of each call, from the first. */
  readonly times: readonly number[]
  /** Bytes: the most that was resident until the library was ready, and until the last call. */
  readonly memoryBefore: number
  readonly memoryPeak: number
}

/** A small problem, numbers and all, to see that every runner computes the same. */
export interface Sample {
  readonly network: NetworkSizes
  readonly batch: number
  readonly learningRate: number
  /** Each starts from the same parameters and updates them so often. */
  readonly optimizers: readonly OptimizerSettings[]
  readonly updates: number
  /** θ and the direction v, tensor by tensor, as the TypeScript network has them: NHWC, weights [inputs, outputs]. */
  readonly parameters: readonly (readonly number[])[]
  readonly direction: readonly (readonly number[])[]
  readonly inputs: readonly number[]
  /** The class of each row of the logits. */
  readonly labels: readonly number[]
}

/** What a runner computes of a sample. */
export interface Answers {
  readonly loss: number
  /** ‖∇L‖ */
  readonly gradient: number
  /** ‖∇²L v‖ */
  readonly product: number
  /** The same, of a later product at the point of another. */
  readonly pointProduct: number
  /** L after one SGD update. */
  readonly lossAfterStep: number
  /** L after the updates of each optimiser that was asked for. */
  readonly lossAfter: Readonly<Partial<Record<OptimizerKind, number>>>
}
