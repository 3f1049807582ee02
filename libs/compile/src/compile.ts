import { isTracing } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { type Explanation, explanation } from './explain.ts'
import { refuseDifference } from './refuse-difference.ts'
import { type GraphFunction, graphFunction } from './graph-function.ts'
import { nativeBackend } from './native-backend.ts'
import { rewrite } from './rewrites/index.ts'
import { mapTensors, signatureKey, type Tensors, tensorsIn } from './tensors.ts'
import { type Capture, trace, type Trace } from './trace.ts'

export interface CompileOptions {
  /** How many signatures are held at most; the one that was used least recently goes. Default 32. */
  readonly signatures?: number
}

/** A function that runs as one operation. */
export interface Compiled<Arguments extends readonly Tensors[], Result> {
  (...given: Arguments): Result
  /** Gives back what TensorFlow and this function hold. A later call starts anew. */
  readonly dispose: () => void
  /** What the graphs are, one for each signature; the one that was used last is the last. */
  readonly explain: () => readonly Explanation[]
}

/** What is known of one signature. */
interface Entry {
  calls: number
  traced: Trace<unknown> | undefined
  graph: GraphFunction | undefined
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
  { signatures = 32 }: CompileOptions = {},
): Compiled<Arguments, Result> {
  const entries = new Map<string, Entry>()
  const call = (...given: Arguments): Result => {
    if (tf.getBackend() !== 'tensorflow' || isTracing() || underGradient()) return work(...given)
    const leaves = tensorsIn(given)
    const key = signatureKey(given)
    const entry = entries.get(key) ?? { calls: 0, traced: undefined, graph: undefined }
    entries.delete(key)
    entries.set(key, entry)
    while (entries.size > signatures) drop(entries)
    entry.calls++
    if (entry.graph === undefined || isCheck(entry.calls)) return observe(entry, work, given) as Result
    return run(entry, entry.graph, leaves) as Result
  }
  const dispose = (): void => {
    while (entries.size > 0) drop(entries)
  }
  const explain = (): Explanation[] =>
    [...entries].flatMap(([signature, { calls, traced, graph }]) =>
      traced === undefined
        ? []
        : [explanation(signature, calls, graph !== undefined, traced, rewrite(traced.graph))],
    )
  return Object.assign(call, { dispose, explain })
}

/** Forgets the signature that was used least recently. */
function drop(entries: Map<string, Entry>): void {
  for (const [key, { graph }] of entries) {
    entries.delete(key)
    graph?.dispose()
    return
  }
}

/** 16, 64, 256, …: what changes seldom is found in the end, at no cost that counts. */
function isCheck(calls: number): boolean {
  return calls >= 16 && Number.isInteger(Math.log2(calls) / 2)
}

function underGradient(): boolean {
  return (
    (tf.engine() as unknown as { readonly state: { readonly gradientDepth: number } }).state.gradientDepth > 0
  )
}

/** Runs the function itself, and compares what it did with what it did before. */
function observe<A extends readonly Tensors[]>(
  entry: Entry,
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
    refuseArguments(traced.returned, copies)
    keepTrace(entry, traced)
    return traced.returned
  } finally {
    tf.dispose(copies)
  }
}

function keepTrace(entry: Entry, traced: Trace<unknown>): void {
  if (traced.madeVariables || entry.traced === undefined) {
    entry.traced = traced.madeVariables ? undefined : traced
    return
  }
  refuseDifference(entry.traced, traced)
  entry.graph ??= graphFunction(rewrite(entry.traced.graph))
}

/**
 * The same numbers as another tensor: by its own data a given tensor is told apart from one that the function has
 * from outside, or was given twice.
 */
function copyOf(tensor: tf.Tensor): tf.Tensor {
  return nativeBackend().executeSingleOutput('Identity', [], [tensor])
}

function refuseArguments(returned: unknown, copies: readonly tf.Tensor[]): void {
  if (!tensorsIn(returned).some(tensor => copies.includes(tensor))) return
  throw new Error(
    "a compiled function returned one of its arguments: return argument.clone(), which is the caller's to dispose of",
  )
}

function run({ traced }: Entry, graph: GraphFunction, leaves: readonly tf.Tensor[]): unknown {
  const { returned, captures = [], updates = [] } = traced ?? {}
  const results = graph.run([...leaves, ...captures.map(present)])
  let next = 0
  const answer = mapTensors(returned, tensor => results[next++] ?? tensor)
  for (const [i, variable] of updates.entries()) {
    const value = results[next + i]
    if (value === undefined) continue
    variable.assign(value)
    value.dispose()
  }
  return answer
}

function present({ source, line }: Capture): tf.TensorInfo {
  if (nativeBackend().tensorMap.has(source.dataId)) return source
  throw new Error(
    `${line === '' ? '' : `${line}: `}a tensor from outside, which a compiled function uses, was disposed of: ` +
      'keep it as long as the function is called, or give it as an argument',
  )
}
