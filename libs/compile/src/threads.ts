import { byName, type Graph, type GraphNode, type Signature, signatureOf } from './graph.ts'

/**
 * Whether a graph is done sooner by one thread. An operation that TensorFlow cuts up for its threads has to wait for
 * them to wake, some 20 µs: that pays from about 20 million floating-point operations on. Decided by the graph alone,
 * so that the same function gives the same numbers in each process.
 *
 * Measured on two cores, steps of an MLP 784–512×5–10, one thread : two, ms: batch 16 (a mean of 2 million) 0.8 : 1.7,
 * 64 (10 million) 2.0 : 2.7, 256 (38 million) 6.7 : 6.0; a CNN at batch 32 (44 million) 9.9 : 8.6.
 */
export function suitsOneThread(graph: Graph): boolean {
  const nodes = byName(graph.nodes)
  const works = graph.nodes.filter(({ operation }) => !FREE.has(operation)).map(node => flops(node, nodes))
  const total = works.reduce((sum, work) => sum + work, 0)
  return total < WORTH_WAKING * works.length
}

const WORTH_WAKING = 20e6

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
