import type { Case, NetworkSizes } from './cases.ts'

/**
 * What a runner, a child process, reads from its stdin and writes to its stdout: one JSON value a line, one reply to
 * each request, in order. Before the first request it writes one `Greeting`. It ends when its stdin ends.
 */
export type Request =
  | { readonly prepare: Case; readonly seed: number; readonly learningRate: number }
  | { readonly measure: string; readonly milliseconds: number }
  | { readonly check: Sample }

/** A runner that cannot work says why, and ends. */
export type Greeting =
  { readonly ready: { readonly version: string; readonly threads: number } } | { readonly absent: string }

/** The reply to any request that failed is `{ error }`. */
export interface Replies {
  /** Two calls were run, untimed. */
  readonly prepare: Record<string, never>
  /** Milliseconds of each call, and of processor time on all cores together. */
  readonly measure: { readonly times: readonly number[]; readonly processor: number }
  readonly check: Answers
}

/** A small problem, numbers and all, to see that every runner computes the same. */
export interface Sample {
  readonly network: NetworkSizes
  readonly batch: number
  readonly learningRate: number
  /** θ and the direction v, tensor by tensor, as the TypeScript network has them: NHWC, weights [inputs, outputs]. */
  readonly parameters: readonly (readonly number[])[]
  readonly direction: readonly (readonly number[])[]
  readonly inputs: readonly number[]
  /** The class of each example. */
  readonly labels: readonly number[]
}

/** What a runner computes of a sample. */
export interface Answers {
  readonly loss: number
  /** ‖∇L‖ */
  readonly gradient: number
  /** ‖∇²L v‖ */
  readonly product: number
  /** L after one SGD update. */
  readonly lossAfterStep: number
}
