import * as tf from '@tensorflow/tfjs'
import type { Graph } from './graph.ts'
import { type GraphFunction, graphFunction } from './graph-function.ts'
import type { Stage } from './stages.ts'

/** A graph that TensorFlow holds in stages and runs one after the other. */
export interface StagedFunction {
  /**
   * From the tensors of the placeholders to those of the results. `take` gets each result and its place as soon as its
   * stage has run, and owns it. It may assign variables that are among the inputs: all stages use the values that
   * they had before. When a stage throws, the results of those before it have been taken already.
   */
  readonly run: (inputs: readonly tf.TensorInfo[], take: (place: number, result: tf.Tensor) => void) => void
  readonly dispose: () => void
}

/**
 * @param stages of the whole of `graph`, in order
 * @throws what TensorFlow says of a graph that is wrong
 */
export function stagedFunction(
  { placeholders }: Graph,
  stages: readonly Stage[],
  make: (stage: Stage) => GraphFunction = asItIs,
): StagedFunction {
  const functions = stageFunctions(stages, make)
  const takenLater = new Set(stages.slice(1).flatMap(({ takes }) => takes))
  return {
    run: (inputs, take) => {
      const tensors = tensorTable(placeholders, inputs)
      const held = new Map<string, tf.Tensor>()
      const hold = (name: string, tensor: tf.Tensor): void => {
        held.set(name, tensor)
        tensors.set(name, tensor)
      }
      try {
        for (const [name, tensor] of tensors) {
          if (tensor instanceof tf.Variable && takenLater.has(name)) hold(name, tensor.clone())
        }
        for (const each of functions) {
          for (const [name, tensor] of callStage(each, tensors)) {
            if (typeof name === 'number') take(name, tensor)
            else hold(name, tensor)
          }
          for (const name of each.stage.lastUses) held.get(name)?.dispose()
        }
      } finally {
        tf.dispose([...held.values()])
      }
    },
    dispose: () => {
      disposeStages(functions)
    },
  }
}

/** A stage that TensorFlow holds as one operation. */
export interface StageFunction {
  readonly stage: Stage
  readonly graph: GraphFunction
}

/** @throws what TensorFlow says of a graph that is wrong */
export function stageFunctions(
  stages: readonly Stage[],
  make: (stage: Stage) => GraphFunction = asItIs,
): StageFunction[] {
  const made: StageFunction[] = []
  try {
    for (const stage of stages) made.push({ stage, graph: make(stage) })
    return made
  } catch (error) {
    disposeStages(made)
    throw error
  }
}

function asItIs({ graph }: Stage): GraphFunction {
  return graphFunction(graph)
}

export function disposeStages(functions: readonly StageFunction[]): void {
  for (const { graph } of functions) graph.dispose()
}

/** Tensors by the names that stages know: placeholders, and edges between stages. */
export function tensorTable(
  placeholders: readonly string[],
  inputs: readonly tf.TensorInfo[],
): Map<string, tf.TensorInfo> {
  return new Map(inputs.map((input, i) => [placeholders[i] ?? '', input]))
}

/** What the stage gives, which the caller owns: edges by their names, results by their places. */
export function callStage(
  { stage, graph }: StageFunction,
  tensors: ReadonlyMap<string, tf.TensorInfo>,
): [name: string | number, tensor: tf.Tensor][] {
  const inputs = stage.takes.map(name => {
    const tensor = tensors.get(name)
    if (tensor === undefined) throw new Error(`a stage takes '${name}', which no stage before it gave`)
    return tensor
  })
  const outputs = graph.run(inputs)
  return stage.gives.flatMap((name, i) => (outputs[i] === undefined ? [] : [[name, outputs[i]]]))
}
