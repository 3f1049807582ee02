import * as tf from '@tensorflow/tfjs'
import { graphDot } from './graph-dot.ts'
import type { Graph, GraphNode } from './graph.ts'
import type { Capture } from './trace.ts'

/** One graph of a compiled function, for people. */
export interface Explanation {
  /** Shapes and types of the arguments, as JSON. */
  readonly signature: string
  /** Calls so far; the first two and the checks ran the function itself. */
  readonly calls: number
  /** Whether the graph runs yet: it does from the third call on. */
  readonly runs: boolean
  /** How often each operation stands in the graph that runs, the most frequent first. */
  readonly operations: Readonly<Record<string, number>>
  /** Operations as the function ran them, and after the rewrites. */
  readonly nodes: { readonly traced: number; readonly rewritten: number }
  /** Numbers that are fixed in the graph, and the lines that made them. */
  readonly constants: readonly {
    readonly shape: readonly number[]
    readonly bytes: number
    readonly line: string
  }[]
  /** What it takes from outside, and the lines that use it; variables by their names. */
  readonly captures: readonly {
    readonly shape: readonly number[]
    readonly variable?: string
    readonly line: string
  }[]
  /** The names of the variables that it assigns. */
  readonly updates: readonly string[]
  /** The graph in the DOT language, as `graphPicture` draws it. */
  readonly dot: string
}

export function explanation(
  signature: string,
  calls: number,
  runs: boolean,
  traced: {
    readonly graph: Graph
    readonly captures: readonly Capture[]
    readonly updates: readonly tf.Variable[]
  },
  rewritten: Graph,
): Explanation {
  return Object.freeze({
    signature,
    calls,
    runs,
    operations: counts(rewritten.nodes),
    nodes: { traced: traced.graph.nodes.length, rewritten: rewritten.nodes.length },
    constants: rewritten.nodes.flatMap(({ content, outputs, line }) =>
      content === undefined ? [] : [{ shape: outputs[0]?.shape ?? [], bytes: content.length, line }],
    ),
    captures: traced.captures.map(({ source, line }) => ({
      shape: source.shape,
      ...(source instanceof tf.Variable && { variable: source.name }),
      line,
    })),
    updates: traced.updates.map(({ name }) => name),
    dot: graphDot(rewritten, traced.captures, traced.updates),
  })
}

function counts(nodes: readonly GraphNode[]): Record<string, number> {
  const found = new Map<string, number>()
  for (const { operation } of nodes) found.set(operation, (found.get(operation) ?? 0) + 1)
  return Object.fromEntries([...found].toSorted(([, a], [, b]) => b - a))
}
