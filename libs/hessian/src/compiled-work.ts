import { compile, linearise, type Tensors } from '@flatland/compile'
import * as tf from '@tensorflow/tfjs'

/** A function of tensors, and what gives back its graphs. */
export interface CompiledWork<A extends readonly Tensors[], R> {
  readonly run: (...given: A) => R
  readonly dispose: () => void
}

/** A function `work(at, v)`, linear in v, that is applied to many v at each point. */
export interface LinearWork<A extends Tensors, V extends Tensors, R> {
  readonly at: (at: A) => LinearWorkAt<V, R>
  readonly dispose: () => void
}

export interface LinearWorkAt<V extends Tensors, R> {
  readonly apply: (v: V) => R
  /** Bytes that the next `apply` profits from; 0 where nothing is held, as where the work runs as it is. */
  readonly heldBytes: number
  readonly dispose: () => void
}

/**
 * Work that natively runs as one graph from its fifth call on, see `compile`: to trace it costs as much as some calls of
 * a small network, which a single evaluation would not get back. It runs as it is on other backends, where `isPure` says no, and where `compile` refuses it at once
 * though it runs: a loss that reads a tensor, or is another one at each call. What is found only after a graph has run
 * is an error, for results were given by it.
 *
 * @param isPure whether it computes from what it is given alone: asked once, before it is traced
 */
export function compiledWork<A extends readonly Tensors[], R>(
  work: (...given: A) => R,
  isPure: () => boolean,
): CompiledWork<A, R> {
  const guarded = guard(work, isPure)
  const compiled = compile(guarded.work)
  return {
    run: (...given) =>
      guarded.run(
        () => compiled(...given),
        () => work(...given),
      ),
    dispose: compiled.dispose,
  }
}

/** Linear work whose first part, which does not depend on v, is kept from one v to the next: see `linearise`. */
export function linearWork<A extends Tensors, V extends Tensors, R>(
  work: (at: A, v: V) => R,
  isPure: () => boolean,
): LinearWork<A, V, R> {
  const guarded = guard(work, isPure)
  const linear = linearise(guarded.work)
  return {
    at: at => {
      const map = linear.at(at)
      const apply = (v: V): R =>
        guarded.run(
          () => map.apply(v),
          () => work(at, v),
        )
      return {
        apply,
        get heldBytes() {
          return map.heldBytes
        },
        dispose: map.dispose,
      }
    },
    dispose: linear.dispose,
  }
}

/** So many calls run as they are. */
export const UNTRACED = 2

/** Whether work runs compiled: once it is called often, until that is refused. */
function guard<A extends readonly unknown[], R>(work: (...given: A) => R, isPure: () => boolean) {
  let calls = 0
  let isEager: boolean | undefined
  let ranItself = false
  let ranGraph = false
  return {
    work: (...given: A): R => {
      ranItself = true
      return work(...given)
    },
    run: (compiled: () => R, itself: () => R): R => {
      if (++calls <= UNTRACED) return itself()
      isEager ??= tf.getBackend() !== 'tensorflow' || !isPure()
      if (isEager) return itself()
      ranItself = false
      try {
        const result = compiled()
        ranGraph ||= !ranItself
        return result
      } catch (error) {
        if (ranGraph) throw error
        // Where the work itself is wrong, this is its own error.
        const result = itself()
        isEager = true
        return result
      }
    },
  }
}
