import { createRequire } from 'node:module'
import { join } from 'node:path'
import { nativeDirectory } from '@flatland/tensor/native-addon'

/** The second addon (`tools/setup/native/graph_functions.cc`): graphs as functions of the TensorFlow that runs. */
export interface GraphFunctions {
  /** Makes the graph an operation of this name. Throws what TensorFlow says of a graph that is wrong. */
  addFunction(
    name: string,
    graphDef: Uint8Array,
    placeholders: readonly string[],
    results: readonly string[],
  ): void
  removeFunction(name: string): void
  /** An `OpList`: every operation that TensorFlow knows. */
  operations(): Uint8Array
}

let loaded: GraphFunctions | undefined

/** Of the native backend, which has to run already. */
export function graphFunctions(): GraphFunctions {
  loaded ??= createRequire(import.meta.url)(join(nativeDirectory(), 'graph_functions.node')) as GraphFunctions
  return loaded
}
