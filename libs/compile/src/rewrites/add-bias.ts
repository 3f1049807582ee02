import { byName, type Graph, type GraphNode, signatureOf } from '../graph.ts'

/** A matrix product or a convolution plus a vector along its last axis is a `BiasAdd`, which TensorFlow fuses. Exact. */
export function addBias(graph: Graph): Graph {
  const names = byName(graph.nodes)
  const changed = (node: GraphNode): GraphNode => {
    const [product, bias] = node.inputs
    if (!SUMS.has(node.operation) || product === undefined || bias === undefined) return node
    if (!PRODUCTS.has(names.get(product.node)?.operation ?? '')) return node
    const [columns] = signatureOf(names, product).shape.slice(-1)
    const { shape } = signatureOf(names, bias)
    return shape.length === 1 && shape[0] === columns ? { ...node, operation: 'BiasAdd' } : node
  }
  return { ...graph, nodes: graph.nodes.map(changed) }
}

const SUMS = new Set(['Add', 'AddV2'])
const PRODUCTS = new Set(['MatMul', 'Conv2D'])
