import { whileTracing } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'
import { callingLine } from './calling-line.ts'
import type { Attribute, Edge, Graph, GraphNode, Signature } from './graph.ts'
import { type NativeBackend, nativeBackend, type NativeData, watched } from './native-backend.ts'
import { operation } from './operations.ts'
import { tensorsIn } from './tensors.ts'

/** A tensor that the function used without being given it. */
export interface Capture {
  /** The variable whose value it was, which is read anew at each call; otherwise the tensor's data. Not held. */
  readonly source: tf.Variable | tf.TensorInfo
  readonly line: string
}

/** What one run of a function did. */
export interface Trace<R> {
  /** What it returned, computed as ever. */
  readonly returned: R
  /** Its placeholders are the given tensors, then the captures; its results those of `returned`, then the updates. */
  readonly graph: Graph
  readonly captures: readonly Capture[]
  /** The variables that it assigned, in the order of their results. */
  readonly updates: readonly tf.Variable[]
  /** Whether it made variables, as the first step of an optimiser does: the next run then is another one. */
  readonly madeVariables: boolean
}

/**
 * Runs a function on the native backend as ever, and writes down the operations that it runs.
 *
 * @param given the tensors of its arguments
 * @throws Error naming the line of the function that reads a tensor, or draws numbers that no seed fixes
 */
export function trace<R>(work: () => R, given: readonly tf.Tensor[]): Trace<R> {
  const backend = nativeBackend()
  giveOwnData(backend)
  const before = new Map(variables().map(variable => [variable, variable.dataId]))
  const recording = openRecording(
    backend,
    given,
    new Map([...before].map(([variable, data]) => [data, variable])),
  )
  const oldest = tf.scalar(0)
  oldest.dispose()
  const returned = whileTracing(() => watched(backend, recording.watch, work))
  refuseResults(returned, oldest.id)
  const after = variables()
  const updates = after.filter(variable => before.has(variable) && before.get(variable) !== variable.dataId)
  const results = [...tensorsIn(returned), ...updates].map(tensor => recording.edgeOf(tensor))
  const { nodes, placeholders, captures } = recording
  const madeVariables = after.some(variable => !before.has(variable))
  return { returned, graph: { nodes, placeholders, results }, captures, updates, madeVariables }
}

/**
 * `tf.variable(t)` and `a.assign(b)` leave two with one data, by which tensors are told apart here: each variable
 * gets its own.
 */
function giveOwnData(backend: NativeBackend): void {
  for (const variable of variables()) {
    if (backend.refCount(variable.dataId) < 2) continue
    const own = backend.executeSingleOutput('Identity', [], [variable])
    variable.assign(own)
    own.dispose()
  }
}

/** What a function gives is its caller's to dispose of: so it has to be the function's own. */
function refuseResults(returned: unknown, oldest: number): void {
  // A rejection of work that should not have been asynchronous has no other reader.
  if (returned instanceof Promise) returned.catch(() => undefined)
  const foreign = (tensor: tf.Tensor): boolean => tensor instanceof tf.Variable || tensor.id < oldest
  const tensors = tensorsIn(returned)
  if (!tensors.some(foreign)) return
  tf.dispose(tensors.filter(tensor => !foreign(tensor)))
  throw new Error(
    'a compiled function returned a variable, an argument or another tensor that it did not make: return x.clone(), ' +
      "which is the caller's to dispose of",
  )
}

function variables(): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables)
}

/** A graph that grows. A tensor is known by its data, which its clones share. */
function openRecording(
  backend: NativeBackend,
  given: readonly tf.Tensor[],
  variableOf: ReadonlyMap<object, tf.Variable>,
) {
  const nodes: GraphNode[] = []
  const placeholders: string[] = []
  const captures: Capture[] = []
  const edges = new Map<object, Edge>()
  const written = new Set<object>()

  const add = (node: Omit<GraphNode, 'name' | 'line'>): Edge => {
    const name = `node_${nodes.length}`
    nodes.push({ ...node, name, line: callingLine() })
    return { node: name, output: 0 }
  }
  const addPlaceholder = (tensor: tf.TensorInfo): Edge => {
    const edge = add({ ...LEAF, operation: 'Placeholder', outputs: [signature(backend, tensor)] })
    placeholders.push(edge.node)
    edges.set(tensor.dataId, edge)
    return edge
  }
  const addConstant = (tensor: tf.TensorInfo): Edge => {
    const content = bytesOf(backend.tensorMap.get(tensor.dataId), backend)
    const edge = add({ ...LEAF, operation: 'Const', outputs: [signature(backend, tensor)], content })
    edges.set(tensor.dataId, edge)
    return edge
  }
  const capture = (tensor: tf.TensorInfo): Edge => {
    const source = variableOf.get(tensor.dataId) ?? infoOf(tensor)
    captures.push({ source, line: callingLine() })
    return addPlaceholder(tensor)
  }
  const edgeOf = (tensor: tf.TensorInfo): Edge =>
    edges.get(tensor.dataId) ?? (written.has(tensor.dataId) ? addConstant(tensor) : capture(tensor))

  given.forEach(addPlaceholder)
  return {
    nodes,
    placeholders,
    captures,
    edgeOf,
    watch: {
      wrote: (data: object) => written.add(data),
      /** What the function made from numbers of its own is known; all else is another in the next call. */
      read: (data: object) => {
        if (!written.has(data)) throw refusedRead()
      },
      /** Before the operation runs: it hands over to TensorFlow what was written, and forgets it. */
      execute: (name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]) => {
        if (operation(name).stateful) throw refusedOperation(name)
        if (SHAPED_BY_VALUES.test(name)) throw refusedShape(name)
        const from = inputs.map(edgeOf)
        return (outputs: readonly tf.Tensor[]) => {
          const { node } = add({
            operation: name,
            attributes,
            inputs: from,
            outputs: outputs.map(output => signature(backend, output)),
          })
          outputs.forEach((tensor, output) => edges.set(tensor.dataId, { node, output }))
        }
      },
    },
  }
}

const LEAF = { inputs: [], attributes: [] } as const

function signature(backend: NativeBackend, { dataId, shape }: tf.TensorInfo): Signature {
  return { shape: [...shape], type: backend.tensorMap.get(dataId).dtype }
}

function infoOf({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
  return { dataId, shape, dtype }
}

function bytesOf({ values, id }: NativeData, backend: NativeBackend): Uint8Array {
  const numbers = values ?? backend.binding.tensorDataSync(id)
  if (!ArrayBuffer.isView(numbers)) throw new Error(`${atLine()}text cannot be part of a graph`)
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).slice()
}

function refusedRead(): Error {
  return new Error(
    `${atLine()}a compiled function read the numbers of a tensor. It is traced once, so what follows from them would ` +
      'be fixed: compute with tensors (tf.where for a choice), or read after the call',
  )
}

function refusedOperation(name: string): Error {
  return new Error(
    `${atLine()}a compiled function used '${name}', whose result depends on more than its inputs. Random numbers ` +
      'come from a seed that goes in as a tensor: statelessUniform and dropout of @flatland/tensor; or draw them before the call',
  )
}

/** How large their results are depends on numbers, and what JavaScript then does with the shape would be fixed. */
const SHAPED_BY_VALUES =
  /^(Unique|Where|NonMaxSuppression|SparseFill|SparseReshape|StringSplit|StringNGrams|Ragged|ListDiff)/

function refusedShape(name: string): Error {
  return new Error(
    `${atLine()}a compiled function used '${name}', the shape of whose result depends on numbers: use it outside`,
  )
}

function atLine(): string {
  const line = callingLine()
  return line === '' ? '' : `${line}: `
}
