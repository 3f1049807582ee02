import { byName, type Edge, type Graph, type GraphNode, type Signature, signatureOf } from './graph.ts'

/**
 * Without products with ones, and without casts to the type that is there: the gradient of a sum multiplies by ones as
 * large as what was summed, and that of a product casts. Exact. For a graph that is cut in two: within one TensorFlow
 * finds them by itself.
 */
export function dropNoOps(graph: Graph): Graph {
  const names = byName(graph.nodes)
  const ones = new Set<string>()
  const instead = new Map<string, Edge>()
  const kept = ({ node, output }: Edge): Edge => instead.get(node) ?? { node, output }
  const nodes = graph.nodes.map(node => {
    const inputs = node.inputs.map(kept)
    if (isOnes(node, inputs, ones)) ones.add(node.name)
    const same = unchanged(node, inputs, ones).find(each => isLike(signatureOf(names, each), node.outputs[0]))
    if (same) instead.set(node.name, same)
    return { ...node, inputs }
  })
  return { ...graph, nodes, results: graph.results.map(kept) }
}

/** What repeats or rearranges its first input. */
const REARRANGING = new Set([
  'Reshape',
  'Identity',
  'ExpandDims',
  'Squeeze',
  'Tile',
  'Transpose',
  'BroadcastTo',
])

function isOnes(node: GraphNode, inputs: readonly Edge[], ones: ReadonlySet<string>): boolean {
  const [first, second] = inputs.map(input => ones.has(input.node))
  if (node.operation === 'Const') return isConstantOne(node)
  if (node.operation === 'OnesLike') return true
  if (node.operation === 'Fill') return second === true
  if (node.operation === 'Mul') return first === true && second === true
  return REARRANGING.has(node.operation) && first === true
}

const FLOAT32 = 1

function isConstantOne({ content, outputs }: GraphNode): boolean {
  if (content === undefined || content.length === 0 || outputs[0]?.type !== FLOAT32) return false
  return new Float32Array(content.slice().buffer).every(value => value === 1)
}

/** What the node gives, if it is of the same shape and type: factors of ones, and what is cast. */
function unchanged(
  { operation }: GraphNode,
  inputs: readonly Edge[],
  ones: ReadonlySet<string>,
): readonly Edge[] {
  if (operation === 'Cast') return inputs
  if (operation !== 'Mul') return []
  return inputs.filter((_, i) => ones.has(inputs[1 - i]?.node ?? ''))
}

function isLike(a: Signature, b: Signature | undefined): boolean {
  return a.type === b?.type && a.shape.join() === b.shape.join()
}
