import { randomUUID } from 'node:crypto'
import type * as tf from '@tensorflow/tfjs'
import type { Graph, GraphNode } from './graph.ts'
import { edgeName, graphDefinition } from './graph-definition.ts'
import { graphFunctions } from './graph-functions.ts'
import { nativeBackend } from './native-backend.ts'
import { suitsOneThread } from './threads.ts'

/** A graph that TensorFlow holds under a name and runs as one operation. */
export interface GraphFunction {
  /** From the tensors of the placeholders to those of the results, which are the caller's. */
  readonly run: (inputs: readonly tf.TensorInfo[]) => tf.Tensor[]
  readonly dispose: () => void
}

export interface GraphFunctionOptions {
  /** Whether XLA compiles it, at its first run: see `CompileOptions`. Default false. */
  readonly xla?: boolean
}

/** @throws what TensorFlow says of a graph that is wrong */
export function graphFunction(graph: Graph, { xla = false }: GraphFunctionOptions = {}): GraphFunction {
  // The first part of the name chooses the context: `tools/setup/native/contexts.cc`.
  const name = `${suitsOneThread(graph) ? 'one_thread_' : ''}compiled_${randomUUID()}`
  const attributes = xla ? [{ name: '_XlaMustCompile', type: BOOL, value: true }] : []
  // A function's result can be neither a placeholder nor another result.
  const results = graph.results.map((input, i): GraphNode => ({
    name: `result_${i}`,
    operation: 'Identity',
    inputs: [input],
    attributes: [],
    outputs: [],
    line: '',
  }))
  const nodes = [...graph.nodes, ...results]
  const names = results.map(result => edgeName({ node: result.name, output: 0 }))
  graphFunctions().addFunction(name, graphDefinition({ ...graph, nodes }), graph.placeholders, names)
  return {
    run: inputs => {
      if (names.length === 0) return []
      try {
        return nativeBackend().executeMultipleOutputs(name, attributes, inputs, names.length)
      } catch (error) {
        throw withLine(error, graph)
      }
    },
    dispose: () => {
      graphFunctions().removeFunction(name)
    },
  }
}

/** Of the kinds of attributes, as TensorFlow numbers them (`TF_AttrType`). */
const BOOL = 3

/** TensorFlow names the node that failed; the graph knows the line that made it. */
function withLine(error: unknown, { nodes }: Graph): unknown {
  if (!(error instanceof Error)) return error
  const [name] = /node_\d+/.exec(error.message) ?? []
  const line = nodes.find(node => node.name === name)?.line ?? ''
  return line === '' ? error : new Error(`${line}: ${error.message}`, { cause: error })
}
