import { byName, type Graph, type GraphNode, type Signature, signatureOf } from './graph.ts'

/**
 * Whether a graph is done sooner by one thread. An operation that TensorFlow cuts up for its threads has to wait for
 * them to wake. What counts is the mean matrix product or convolution, for these bring what threads can save; an
 * optimiser's many small operations beside them would hide it. A graph without any is judged by all its operations. Decided by
 * the graph alone, so that the same function gives the same numbers in each process.
 *
 * Measured on two cores, steps of an MLP 784–512×5–10, one thread : two, ms, with AVX-512: batch 16 (a mean product of 8
 * million floating-point operations) 0.8 : 1.7, 64 (33 million) 2.0 : 2.7, 256 (130 million) 6.7 : 6.0. With AVX2: 64 10.6 :
 * 9.7, 128 18.2 : 16.1, 256 35 : 27.5; by Adam 14 : 13.7, 21 : 20.4, 38.6 : 30.8.
 */
export function suitsOneThread(graph: Graph): boolean {
  const nodes = byName(graph.nodes)
  const works = graph.nodes.filter(({ operation }) => !FREE.has(operation))
  const products = works.filter(({ operation }) => PRODUCT.test(operation))
  const [counted, enough] = products.length > 0 ? [products, PRODUCT_WORTH] : [works, OPERATION_WORTH]
  const total = counted.reduce((sum, node) => sum + flops(node, nodes), 0)
  return total < enough * counted.length
}

/** Floating-point operations of the mean product, and of the mean operation where there is no product. */
const PRODUCT_WORTH = 50e6
const OPERATION_WORTH = 20e6

const PRODUCT = /MatMul|Conv2D/

/** What an entry of an elementwise operation costs, in the time of a matrix product's floating-point operation. */
const FLOPS_AN_ENTRY = 16

/** What takes no time to speak of: tensors that are there, or get another shape. */
const FREE = new Set(['Placeholder', 'Const', 'Identity', 'Reshape', 'ExpandDims', 'Squeeze', 'Shape'])

/** Floating-point operations of a matrix product or a convolution; of all else, a number that takes as long. */
function flops(node: GraphNode, nodes: ReadonlyMap<string, GraphNode>): number {
  const inputs = node.inputs.map(input => signatureOf(nodes, input))
  const [output] = node.outputs
  const [first, second, third] = inputs
  const kind = node.operation.replace('_MklNative', '')
  if (output && first && kind === 'MatMul') return 2 * size(output) * (size(first) / (output.shape[0] ?? 1))
  if (output && first && second && kind.startsWith('BatchMatMul')) {
    const [rows = 1, columns = 1] = output.shape.slice(-2)
    const batch = size(output) / (rows * columns)
    return 2 * size(output) * (size(first) / batch / rows)
  }
  if (output && first && second && kind === 'Conv2D') return convolution(output, second)
  if (second && third && kind === 'Conv2DBackpropInput') return convolution(third, second)
  if (output && third && kind === 'Conv2DBackpropFilter') return convolution(third, output)
  return FLOPS_AN_ENTRY * Math.max(0, ...[...inputs, ...node.outputs].map(size))
}

/** @param filter its last dimension are the output's channels */
function convolution(output: Signature, filter: Signature): number {
  return (2 * size(output) * size(filter)) / Math.max(1, filter.shape.at(-1) ?? 1)
}

function size({ shape }: Signature): number {
  return shape.reduce((product, side) => product * side, 1)
}
