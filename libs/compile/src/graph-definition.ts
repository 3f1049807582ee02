import {
  byName,
  type Attribute,
  type AttributeValue,
  type Edge,
  type Graph,
  type GraphNode,
  type Signature,
  signatureOf,
} from './graph.ts'
import { operation } from './operations.ts'
import { type AttrValue, type NodeDef, protocolBuffers, type TensorShape } from './protocol-buffers.ts'

const { AttrValue, GraphDef, NodeDef, Tensor, TensorShape, VersionDef } = protocolBuffers

/** Of the kinds of attributes, as TensorFlow numbers them (`TF_AttrType`). */
const STRING = 0
const INT = 1
const FLOAT = 2
const BOOL = 3
const TYPE = 4
const SHAPE = 5

/** Any version that TensorFlow 2 reads; it decides about operations that were withdrawn long ago. */
const GRAPH_VERSION = 1000

/** A graph as the bytes of a `GraphDef`. Types and lengths of lists, which an eager call infers, are filled in. */
export function graphDefinition({ nodes }: Graph): Uint8Array {
  const definition = new GraphDef()
  const versions = new VersionDef()
  versions.setProducer(GRAPH_VERSION)
  definition.setVersions(versions)
  const names = byName(nodes)
  for (const node of nodes) definition.addNode(nodeDefinition(node, names))
  return definition.serializeBinary()
}

/** As TensorFlow writes an edge: `node`, or `node:1` for another output than the first. */
export function edgeName({ node, output }: Edge): string {
  return output === 0 ? node : `${node}:${output}`
}

function nodeDefinition(node: GraphNode, names: ReadonlyMap<string, GraphNode>): NodeDef {
  const definition = new NodeDef()
  definition.setName(node.name)
  definition.setOp(node.operation)
  for (const input of node.inputs) definition.addInput(edgeName(input))
  for (const [name, value] of attributesOf(node, names)) definition.getAttrMap().set(name, value)
  return definition
}

function attributesOf(node: GraphNode, names: ReadonlyMap<string, GraphNode>): Map<string, AttrValue> {
  const [first] = node.outputs
  if (node.operation === 'Placeholder' && first) {
    return new Map([
      ['dtype', typeValue(first.type)],
      ['shape', shapeValue(first.shape)],
    ])
  }
  if (node.operation === 'Const' && first) {
    return new Map([
      ['dtype', typeValue(first.type)],
      ['value', tensorValue(first, node.content ?? new Uint8Array())],
    ])
  }
  const { attributes } = operation(node.operation)
  const given = node.attributes.filter(({ name }) => attributes.has(name))
  // Inferred types come last: tfjs-node gives some of before a cast.
  return new Map([
    ...oneDnnLabel(node.operation),
    ...given.map(each => [each.name, attributeValue(each)] as const),
    ...inferred(node, names),
  ])
}

/** oneDNN's own operations are registered under a label, which an eager call adds by itself. */
function oneDnnLabel(operation: string): [string, AttrValue][] {
  if (!operation.startsWith('_MklNative')) return []
  return [['_kernel', attributeValue({ name: '_kernel', type: STRING, value: 'MklNameChangeOp' })]]
}

/** What the inputs say: their types, and the lengths of lists. */
function inferred(node: GraphNode, names: ReadonlyMap<string, GraphNode>): [string, AttrValue][] {
  const types = node.inputs.map(input => signatureOf(names, input).type)
  const { inputs } = operation(node.operation)
  let place = 0
  return inputs.flatMap(({ typeAttribute, lengthAttribute, typesAttribute }) => {
    const isList = lengthAttribute !== '' || typesAttribute !== ''
    // No operation that TensorFlow.js uses has two lists of unknown length: what the others leave is the list's.
    const length = isList ? types.length - inputs.length + 1 : 1
    const own = types.slice(place, place + length)
    place += length
    const values: [string, AttrValue][] = []
    if (typeAttribute !== '' && own[0] !== undefined) values.push([typeAttribute, typeValue(own[0])])
    if (lengthAttribute !== '')
      values.push([lengthAttribute, attributeValue({ name: lengthAttribute, type: INT, value: length })])
    if (typesAttribute !== '')
      values.push([typesAttribute, attributeValue({ name: typesAttribute, type: TYPE, value: own })])
    return values
  })
}

function attributeValue({ name, type, value }: Attribute): AttrValue {
  if (type === SHAPE && Array.isArray(value)) return shapeValue(value as readonly number[])
  const result = new AttrValue()
  if (typeof value === 'object') result.setList(listValue(name, type, value))
  else setSingle(result, { name, type, value })
  return result
}

function setSingle(result: AttrValue, { name, type, value }: Attribute): void {
  if (type === STRING && typeof value === 'string') result.setS(new TextEncoder().encode(value))
  else if (type === INT && typeof value === 'number') result.setI(value)
  else if (type === FLOAT && typeof value === 'number') result.setF(value)
  else if (type === TYPE && typeof value === 'number') result.setType(value)
  else if (type === BOOL) result.setB(Boolean(value))
  else throw unknownKind(name, type, value)
}

function listValue(name: string, type: number, values: readonly number[]) {
  const list = new AttrValue.ListValue()
  if (type === INT) list.setIList(values)
  else if (type === FLOAT) list.setFList(values)
  else if (type === TYPE) list.setTypeList(values)
  else throw unknownKind(name, type, values)
  return list
}

function unknownKind(name: string, type: number, value: AttributeValue): Error {
  return new Error(
    `the attribute '${name}' = ${JSON.stringify(value)} is of a kind (${type}) that a graph cannot take yet`,
  )
}

function typeValue(type: number): AttrValue {
  const value = new AttrValue()
  value.setType(type)
  return value
}

function shapeValue(shape: readonly number[]): AttrValue {
  const value = new AttrValue()
  value.setShape(shapeOf(shape))
  return value
}

function tensorValue({ shape, type }: Signature, content: Uint8Array): AttrValue {
  const tensor = new Tensor()
  tensor.setDtype(type)
  tensor.setTensorShape(shapeOf(shape))
  tensor.setTensorContent(content)
  const value = new AttrValue()
  value.setTensor(tensor)
  return value
}

function shapeOf(shape: readonly number[]): TensorShape {
  const result = new TensorShape()
  for (const size of shape) {
    const dimension = new TensorShape.Dim()
    dimension.setSize(size)
    result.addDim(dimension)
  }
  return result
}
