import * as tf from '@tensorflow/tfjs'
import { differenceOf } from './difference.ts'
import { nativeBackend } from './native-backend.ts'
import { mapTensors, type Tensors, tensorsIn } from './tensors.ts'
import { type Capture, trace, type Trace } from './trace.ts'

/** What is known of a function on arguments of one signature. `G` is what runs in its place. */
export interface Observed<G extends Disposable> {
  calls: number
  /** What the latest run that was observed did. */
  traced: Trace<unknown> | undefined
  graph: G | undefined
  /** A first run may make what all later ones use; the second difference is refused. */
  differed: boolean
}

interface Disposable {
  readonly dispose: () => void
}

export function unobserved<G extends Disposable>(): Observed<G> {
  return { calls: 0, traced: undefined, graph: undefined, differed: false }
}

/**
 * Runs the graph once two runs of the function were alike, and the function itself until then and at the checks.
 *
 * @param make the graph from what the first of the two runs did
 */
export function runOrObserve<A extends readonly Tensors[], G extends Disposable>(
  entry: Observed<G>,
  work: (...given: A) => unknown,
  given: A,
  make: (traced: Trace<unknown>) => G,
  run: (traced: Trace<unknown>, graph: G) => unknown,
): unknown {
  entry.calls++
  const { graph, traced } = entry
  if (graph !== undefined && traced !== undefined && !isCheck(entry.calls)) return run(traced, graph)
  // Before the work: where no graph can be made, nothing has been done yet.
  const tried = traced && (graph ?? make(traced))
  try {
    return observe(entry, tried, work, given)
  } finally {
    // It runs only once a second run was alike, not where that one threw.
    if (tried !== entry.graph) tried?.dispose()
  }
}

/** What a graph takes: the given tensors, and what the function uses from outside as it is now. */
export function inputsOf({ captures }: Trace<unknown>, leaves: readonly tf.Tensor[]): tf.TensorInfo[] {
  return [...leaves, ...captures.map(present)]
}

/** 16, 64, 256, …: what changes seldom is found in the end, at no cost that counts. */
function isCheck(calls: number): boolean {
  return calls >= 16 && Number.isInteger(Math.log2(calls) / 2)
}

/** Runs the function itself, and compares what it did with what it did before. */
function observe<A extends readonly Tensors[], G extends Disposable>(
  entry: Observed<G>,
  tried: G | undefined,
  work: (...given: A) => unknown,
  given: A,
): unknown {
  const copies: tf.Tensor[] = []
  try {
    const own = mapTensors(given, tensor => {
      if (tensor instanceof tf.Variable) return tensor
      const copy = copyOf(tensor)
      copies.push(copy)
      return copy
    }) as A
    const traced = trace(() => work(...own), tensorsIn(own))
    const difference = keep(entry, tried, traced)
    if (difference === undefined) return traced.returned
    tf.dispose(tensorsIn(traced.returned))
    throw difference
  } finally {
    tf.dispose(copies)
  }
}

/**
 * The same numbers as another tensor: by its own data a given tensor is told apart from one that the function has
 * from outside, or was given twice.
 */
function copyOf(tensor: tf.Tensor): tf.Tensor {
  return nativeBackend().executeSingleOutput('Identity', [], [tensor])
}

/**
 * @param tried the graph of the run before
 * @returns what has to be refused
 */
function keep<G extends Disposable>(
  entry: Observed<G>,
  tried: G | undefined,
  traced: Trace<unknown>,
): Error | undefined {
  const difference = entry.traced && differenceOf(entry.traced, traced)
  const isAlike = difference === undefined && !traced.madeVariables
  entry.traced = traced.madeVariables ? undefined : traced
  entry.graph = isAlike ? tried : undefined
  if (isAlike || traced.madeVariables) return undefined
  const isFirst = !entry.differed && entry.calls <= 2
  entry.differed = true
  return isFirst ? undefined : difference
}

function present({ source, line }: Capture): tf.TensorInfo {
  const isGone = source instanceof tf.Variable && source.isDisposed
  if (!isGone && nativeBackend().tensorMap.has(source.dataId)) return source
  throw new Error(
    `${line === '' ? '' : `${line}: `}a tensor from outside, which a compiled function uses, was disposed of: ` +
      'keep it as long as the function is called, or give it as an argument',
  )
}
