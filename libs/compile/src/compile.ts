import { callEntry, type Entry, newEntry } from './entry.ts'
import { type Explanation, explanation } from './explain.ts'
import { recentlyUsed } from './recently-used.ts'
import { rewrite } from './rewrites/index.ts'
import { runsAsItIs } from './runs-as-it-is.ts'
import { signatureKey, type Tensors, tensorsIn } from './tensors.ts'
import { whenForgotten } from './when-forgotten.ts'

export interface CompileOptions {
  /** How many signatures are held at most; the one that was used least recently goes. Default 32. */
  readonly signatures?: number
  /**
   * Whether XLA compiles the graph, at its first run, for 0.1 to 2 s. It makes one loop of many elementwise operations:
   * steps and gradients of networks of some dozen units take a half to a quarter of the time. From some hundred units on
   * TensorFlow's own products and threads are faster, so it is not for those. Default false.
   */
  readonly xla?: boolean
}

/** A function that runs as one operation. */
export interface Compiled<Arguments extends readonly Tensors[], Result> {
  (...given: Arguments): Result
  /**
   * Gives back what TensorFlow and this function hold, which are no tensors. A later call starts anew. Where it is left
   * out, it happens some time after the function was forgotten.
   */
  readonly dispose: () => void
  /** What the graphs are, one for each signature; the one that was used last is the last. */
  readonly explain: () => readonly Explanation[]
}

/**
 * A function of tensors that runs as one TensorFlow operation on the native backend, and as it is on the others, with
 * the same result. What costs in a step of small tensors is not their arithmetic but calling TensorFlow a hundred
 * times: this calls it once.
 *
 * For each signature (shapes, types and structure of the arguments, and which variables are among them) the first two
 * calls run the function as ever and write down its operations; from then on the graph of them runs, and the function
 * itself does not. So it has to be pure: what changes goes in as a tensor, what comes out is what it returns and the
 * variables that it assigns. Variables that it uses are read at each call; other tensors from outside have to live as
 * long as it is called. A few later calls (the 16th, 64th, 256th, …) run as the first did, to find what changes all
 * the same.
 *
 * Inside a gradient, or inside another compiled function, it runs as it is, and becomes part of what is around it.
 *
 * Two things are eager's alone: `gradients` refuses a loss that is not finite only where it can read it, and
 * TensorFlow's own errors name the line where the operation was made, not where the function is called.
 *
 * @throws RangeError when `signatures` is no whole number from 1 on
 * @throws TypeError on arguments or results that are not tensors, or lists and records of them
 * @throws Error naming the line that reads a tensor, or draws random numbers
 * @throws Error naming the line that uses a tensor from outside which was disposed of
 * @throws Error naming the line whose operation, number or captured tensor was another in an earlier call
 *
 * @example
 * const step = compile((x: tf.Tensor, rate: tf.Tensor) => x.sub(x.square().mul(rate)))
 * const y = step(tf.tensor1d([1, 2]), tf.scalar(0.5))
 */
export function compile<Arguments extends readonly Tensors[], Result>(
  work: (...given: Arguments) => Result,
  { signatures = 32, xla = false }: CompileOptions = {},
): Compiled<Arguments, Result> {
  if (!Number.isInteger(signatures) || signatures < 1) {
    throw new RangeError(`signatures is ${signatures}; it must be a whole number from 1 on`)
  }
  const entries = recentlyUsed<Entry>(signatures, newEntry, ({ graph }) => graph?.dispose())
  const call = (...given: Arguments): Result => {
    if (runsAsItIs()) return work(...given)
    const leaves = tensorsIn(given)
    if (leaves.some(leaf => leaf.isDisposed))
      throw new Error('a compiled function was given a disposed tensor')
    return callEntry(entries.get(signatureKey(given)), work, given, leaves, xla) as Result
  }
  const explain = (): Explanation[] =>
    entries
      .entries()
      .flatMap(([signature, { calls, traced, graph }]) =>
        traced === undefined
          ? []
          : [explanation(signature, calls, graph !== undefined, traced, rewrite(traced.graph))],
      )
  whenForgotten(call, entries.clear)
  return Object.assign(call, { dispose: entries.clear, explain })
}
