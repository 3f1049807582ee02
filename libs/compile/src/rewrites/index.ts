import type { Graph } from '../graph.ts'
import { addBias } from './add-bias.ts'
import { dropDeadNodes } from './drop-dead-nodes.ts'
import { shareRelu } from './share-relu.ts'

/** Each gives the same results by fewer or faster operations, up to the order of sums. */
const REWRITES: readonly ((graph: Graph) => Graph)[] = [addBias, shareRelu, dropDeadNodes]

export function rewrite(graph: Graph): Graph {
  return REWRITES.reduce((before, change) => change(before), graph)
}
