import * as tf from '@tensorflow/tfjs'
import { graphFunction } from './graph-function.ts'
import { inputsOf, type Observed, runOrObserve, unobserved } from './observe.ts'
import { rewrite } from './rewrites/index.ts'
import { type StagedFunction, stagedFunction } from './staged-function.ts'
import { mapTensors, type Tensors } from './tensors.ts'
import type { Trace } from './trace.ts'
import { stagesOfUpdates } from './update-groups.ts'

/** What is known of one signature of a compiled function. */
export type Entry = Observed<StagedFunction>

export function newEntry(): Entry {
  return unobserved()
}

/** Runs the graph once two runs of the function were alike, and the function itself until then and at the checks. */
export function callEntry<A extends readonly Tensors[]>(
  entry: Entry,
  work: (...given: A) => unknown,
  given: A,
  leaves: readonly tf.Tensor[],
  xla: boolean,
): unknown {
  return runOrObserve(
    entry,
    work,
    given,
    traced => staged(traced, xla),
    (traced, graph) => run(traced, graph, leaves),
  )
}

function staged({ graph, updates }: Trace<unknown>, xla: boolean): StagedFunction {
  const rewritten = rewrite(graph)
  return stagedFunction(rewritten, stagesOfUpdates(rewritten, updates), ({ graph }) =>
    graphFunction(graph, { xla }),
  )
}

function run(traced: Trace<unknown>, graph: StagedFunction, leaves: readonly tf.Tensor[]): unknown {
  const { returned, updates } = traced
  const firstUpdate = traced.graph.results.length - updates.length
  const results: tf.Tensor[] = []
  try {
    graph.run(inputsOf(traced, leaves), (place, result) => {
      const variable = updates[place - firstUpdate]
      if (variable === undefined) {
        results[place] = result
        return
      }
      variable.assign(result)
      result.dispose()
    })
  } catch (error) {
    tf.dispose(results)
    throw error
  }
  let next = 0
  return mapTensors(returned, tensor => results[next++] ?? tensor)
}
