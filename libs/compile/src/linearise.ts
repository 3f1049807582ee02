import type * as tf from '@tensorflow/tfjs'
import { type Explanation, explanation } from './explain.ts'
import { type LinearGraph, linearGraph, linearRewrite } from './linear-graph.ts'
import { type Observed, runOrObserve, unobserved } from './observe.ts'
import { recentlyUsed, type RecentlyUsed } from './recently-used.ts'
import { runsAsItIs } from './runs-as-it-is.ts'
import { mapTensors, signatureKey, type Tensors, tensorsIn } from './tensors.ts'
import { whenForgotten } from './when-forgotten.ts'

/** A linear map for each point. */
export interface Linearised<A extends Tensors, V extends Tensors, R> {
  /** The map at a point, whose tensors stay the caller's and have to live as long as the map. */
  readonly at: (at: A) => LinearMap<V, R>
  /**
   * Gives back the graphs, and what all maps hold; they cannot be applied any more. A later `at` starts anew. Where it is
   * left out, it happens some time after the function and its maps were forgotten.
   */
  readonly dispose: () => void
  /** What the graphs are, one for each signature; the one that was used last is the last. */
  readonly explain: () => readonly Explanation[]
}

/** A function of tensors that is linear, at a fixed point. */
export interface LinearMap<V extends Tensors, R> {
  /** What the function gives for v; the caller disposes of it. */
  readonly apply: (v: V) => R
  /** Bytes that are kept from one `apply` to the next. A Hessian-vector product keeps activations and their gradients. */
  readonly heldBytes: number
  /** Gives back what is held. The map cannot be applied any more. Happens some time after the map was forgotten, too. */
  readonly dispose: () => void
}

/**
 * A function `work(at, v)` that is applied to many v at one point, as curvature products are: what does not depend on v
 * (the forward pass, the gradient) runs once for each point, and only the rest for each v. Natively both are
 * graphs, as those of `compile` are; on other backends, inside a gradient and inside a compiled function
 * `apply` runs the work as it is, with the same result.
 *
 * The work has to be pure, as for `compile`, and is for a linear map linear in v, which is not checked. For each
 * signature (shapes, types and structure of `at` and v; at most 32 are kept) the first two calls of `apply`, at
 * whatever points, run the work itself and compare what it does; so do the 16th, 64th, 256th, …. What a map holds is
 * made at the first `apply` that runs the graph, and anew when a variable that it was made from has been assigned.
 *
 * @throws TypeError on a point, vectors or results that are not tensors, or lists and records of them
 * @throws Error when `apply` is called after `dispose`, or when a tensor of the point or v was disposed of
 * @throws Error when the work assigns a variable
 * @throws Error naming the line that is not pure, as `compile` does
 *
 * @example
 * type Point = { a: tf.Tensor2D; x: tf.Tensor2D }
 * const product = linearise(({ a, x }: Point, v: tf.Tensor2D) => tf.matMul(tf.matMul(a, x).tanh(), v))
 * const map = product.at({ a: tf.ones([3, 2]), x: tf.ones([2, 4]) })
 * const results = [map.apply(tf.ones([4, 1])), map.apply(tf.zeros([4, 1]))] // natively tanh(a x) is computed once
 * map.dispose()
 * product.dispose()
 */
export function linearise<A extends Tensors, V extends Tensors, R>(
  work: (at: A, v: V) => R,
): Linearised<A, V, R> {
  const state: State = { signatures: signatures(), life: {} }
  whenForgotten(state, state.signatures.clear)
  return {
    at: at => mapAt(state, work, at),
    dispose: () => {
      state.life = {}
      state.signatures.clear()
    },
    explain: () =>
      state.signatures
        .entries()
        .flatMap(([signature, { calls, traced, graph }]) =>
          traced === undefined
            ? []
            : [explanation(signature, calls, graph !== undefined, traced, linearRewrite(traced.graph))],
        ),
  }
}

/** What a linearised function and its maps share. */
interface State {
  readonly signatures: Signatures
  /** Another object after each dispose. */
  life: object
}

type Signatures = RecentlyUsed<Observed<LinearGraph>>

const SIGNATURES = 32

/** Apart from the state, which it must not hold. */
function signatures(): Signatures {
  return recentlyUsed<Observed<LinearGraph>>(SIGNATURES, unobserved, ({ graph }) => graph?.dispose())
}

function mapAt<A extends Tensors, V extends Tensors, R>(
  state: State,
  work: (at: A, v: V) => R,
  given: A,
): LinearMap<V, R> {
  const { signatures, life } = state
  // The list may change afterwards, the point does not.
  const at = mapTensors(given, tensor => tensor) as A
  const leaves = tensorsIn(at)
  refuseDisposed(leaves, DISPOSED_POINT)
  const key = signatureKey(at)
  const point = {}
  const release = releaseOf(signatures, point)
  let isDisposed = false
  const map: LinearMap<V, R> = {
    apply: v => {
      if (isDisposed || life !== state.life) throw disposedMap(isDisposed)
      const leavesOfV = tensorsIn(v)
      refuseDisposed(leaves, DISPOSED_POINT)
      refuseDisposed(leavesOfV, DISPOSED_VECTOR)
      if (runsAsItIs()) return work(at, v)
      return runOrObserve(
        signatures.get(`${key} ${signatureKey(v)}`),
        work,
        [at, v],
        traced => linearGraph(traced, leaves.length, leavesOfV.length),
        (_, graph) => graph.apply(point, [...leaves, ...leavesOfV]),
      ) as R
    },
    get heldBytes() {
      return graphsOf(signatures).reduce((sum, graph) => sum + graph.heldBytes(point), 0)
    },
    dispose: () => {
      isDisposed = true
      release()
    },
  }
  whenForgotten(map, release)
  return map
}

function graphsOf(signatures: Signatures): LinearGraph[] {
  return signatures.entries().flatMap(([, { graph }]) => graph ?? [])
}

/** Apart from the map, which it must not hold. */
function releaseOf(signatures: Signatures, point: object): () => void {
  return () => {
    for (const graph of graphsOf(signatures)) graph.release(point)
  }
}

const DISPOSED_POINT =
  'a tensor of the point of a linear map was disposed of: keep it as long as the map is applied'
const DISPOSED_VECTOR = 'a linear map was given a disposed tensor'

function refuseDisposed(tensors: readonly tf.Tensor[], message: string): void {
  if (tensors.some(({ isDisposed }) => isDisposed)) throw new Error(message)
}

function disposedMap(isItself: boolean): Error {
  return new Error(
    `the linear map was disposed of${isItself ? '' : ', with the function that it is of'}: make another by at(…)`,
  )
}
