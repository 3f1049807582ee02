import * as tf from '@tensorflow/tfjs'
import { dropNoOps } from './drop-no-ops.ts'
import type { Graph } from './graph.ts'
import { linearStages } from './linear-stages.ts'
import { inputsOf } from './observe.ts'
import { rewrite } from './rewrites/index.ts'
import {
  callStage,
  disposeStages,
  type StageFunction,
  stageFunctions,
  tensorTable,
} from './staged-function.ts'
import { mapTensors } from './tensors.ts'
import type { Trace } from './trace.ts'

/** The graph of `work(at, v)` in two stages: what does not depend on v, which runs once a point, and the rest. */
export interface LinearGraph {
  /** What the work returns. The first stage runs where nothing is held for the point, or other tensors made it. */
  readonly apply: (point: object, leaves: readonly tf.Tensor[]) => unknown
  readonly heldBytes: (point: object) => number
  /** Gives back what is held for the point. */
  readonly release: (point: object) => void
  readonly dispose: () => void
}

/**
 * @param traced what the work did with the leaves of `at`, which come first, and of v
 * @throws Error when it assigned a variable
 */
export function linearGraph(traced: Trace<unknown>, leavesOfAt: number, leavesOfV: number): LinearGraph {
  refuseUpdates(traced.updates)
  const graph = linearRewrite(traced.graph)
  const functions = stageFunctions(
    linearStages(graph, graph.placeholders.slice(leavesOfAt, leavesOfAt + leavesOfV)),
  )
  const [first, second] = functions
  const points = new Map<object, Held>()
  const release = (point: object): void => {
    tf.dispose([...(points.get(point)?.edges.values() ?? [])])
    points.delete(point)
  }
  const held = (point: object, tensors: ReadonlyMap<string, tf.TensorInfo>): Held => {
    const before = points.get(point)
    const sources = first?.stage.takes.map(name => tensors.get(name)?.dataId) ?? []
    if (before && sources.every((source, i) => source === before.sources[i])) return before
    release(point)
    const now = { sources, edges: first ? edgesOf(first, tensors) : new Map<string, tf.Tensor>() }
    points.set(point, now)
    return now
  }
  return {
    apply: (point, leaves) => {
      const tensors = tensorTable(graph.placeholders, inputsOf(traced, leaves))
      const { edges } = held(point, tensors)
      const results = second
        ? callStage(second, new Map([...tensors, ...edges])).map(([, tensor]) => tensor)
        : []
      let next = 0
      return mapTensors(traced.returned, tensor => results[next++] ?? tensor)
    },
    heldBytes: point => {
      const edges = [...(points.get(point)?.edges.values() ?? [])]
      return edges.reduce((sum, { size, dtype }) => sum + size * tf.util.bytesPerElement(dtype), 0)
    },
    release,
    dispose: () => {
      for (const point of [...points.keys()]) release(point)
      disposeStages(functions)
    },
  }
}

/** The rewrites of a graph that runs in two stages: what would be ones in both is neither held nor read. */
export function linearRewrite(graph: Graph): Graph {
  return rewrite(dropNoOps(graph))
}

/** What is held for one point: the edges between the stages, and the data from which they were made. */
interface Held {
  readonly sources: readonly unknown[]
  readonly edges: ReadonlyMap<string, tf.Tensor>
}

function edgesOf(first: StageFunction, tensors: ReadonlyMap<string, tf.TensorInfo>): Map<string, tf.Tensor> {
  // A scope of the caller's may end before the next vector comes.
  return new Map(callStage(first, tensors).map(([name, tensor]) => [String(name), tf.keep(tensor)]))
}

function refuseUpdates([variable]: readonly tf.Variable[]): void {
  if (variable === undefined) return
  throw new Error(
    `a linear function assigned the variable '${variable.name}': what it gives may depend on nothing but its arguments`,
  )
}
