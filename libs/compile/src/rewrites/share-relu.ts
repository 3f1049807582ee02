import type { Edge, Graph, GraphNode } from '../graph.ts'

/**
 * The gradient of relu asks where x > 0, which is where relu(x) > 0: taking that, x itself is needed once only, and
 * TensorFlow can fuse what made it with the relu. Exact.
 */
export function shareRelu(graph: Graph): Graph {
  const relus = new Map(
    graph.nodes
      .filter(({ operation }) => operation === 'Relu')
      .map(node => [keyOf(node.inputs[0]), node.name]),
  )
  const shared = (node: GraphNode): GraphNode => {
    const [slope, x] = node.inputs
    const relu = relus.get(keyOf(x))
    if (node.operation !== 'ReluGrad' || slope === undefined || relu === undefined) return node
    return { ...node, inputs: [slope, { node: relu, output: 0 }] }
  }
  return { ...graph, nodes: graph.nodes.map(shared) }
}

function keyOf(edge: Edge | undefined): string {
  return JSON.stringify(edge)
}
