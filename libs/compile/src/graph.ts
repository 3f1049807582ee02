/** The type of a tensor's entries, by TensorFlow's number (`TF_DataType`): 1 float32, 3 int32, 10 bool, 9 int64. */
type DataType = number

/** What is known of a tensor before it is computed. */
export interface Signature {
  readonly shape: readonly number[]
  readonly type: DataType
}

/** A setting of an operation, as tfjs-node gives it; `type` is TensorFlow's number for its kind (`TF_AttrType`). */
export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: AttributeValue
}

export type AttributeValue = string | number | boolean | readonly number[]

/** Where a tensor comes from: an output of a node. */
export interface Edge {
  readonly node: string
  readonly output: number
}

/** One operation of a graph. Its inputs are outputs of nodes before it. */
export interface GraphNode {
  readonly name: string
  /** TensorFlow's name: `MatMul`; `Placeholder` for what is given at each call, `Const` for what is fixed. */
  readonly operation: string
  readonly inputs: readonly Edge[]
  readonly attributes: readonly Attribute[]
  readonly outputs: readonly Signature[]
  /** The numbers of a `Const`, as bytes. */
  readonly content?: Uint8Array
  /** The line that made it: `file:line`, outside this library and TensorFlow.js; '' where none is known. */
  readonly line: string
}

/** Operations in an order in which they can run, and which of their outputs are wanted. */
export interface Graph {
  readonly nodes: readonly GraphNode[]
  /** Names of the placeholders, in the order of the tensors that a call gives. */
  readonly placeholders: readonly string[]
  readonly results: readonly Edge[]
}

/** What an edge carries. */
export function signatureOf(nodes: ReadonlyMap<string, GraphNode>, { node, output }: Edge): Signature {
  const signature = nodes.get(node)?.outputs[output]
  if (signature === undefined) throw new Error(`the graph has no output ${output} of a node '${node}'`)
  return signature
}

export function byName(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  return new Map(nodes.map(node => [node.name, node]))
}
