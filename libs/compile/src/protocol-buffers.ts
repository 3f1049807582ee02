import { createRequire } from 'node:module'

/** What is used of the protocol buffers that tfjs-node carries (`api_pb.js`, generated, without types). */
export interface ProtocolBuffers {
  readonly GraphDef: new () => {
    addNode(node: NodeDef): void
    setVersions(v: VersionDef): void
    serializeBinary(): Uint8Array
  }
  readonly NodeDef: new () => NodeDef
  readonly VersionDef: new () => VersionDef
  readonly AttrValue: (new () => AttrValue) & { readonly ListValue: new () => ListValue }
  readonly Tensor: new () => TensorProto
  readonly TensorShape: (new () => TensorShape) & { readonly Dim: new () => { setSize(size: number): void } }
  readonly OpList: { deserializeBinary(bytes: Uint8Array): { getOpList(): OpDef[] } }
}

export interface NodeDef {
  setName(name: string): void
  setOp(operation: string): void
  addInput(input: string): void
  getAttrMap(): { set(name: string, value: AttrValue): void }
}

interface VersionDef {
  setProducer(version: number): void
}

export interface AttrValue {
  setS(value: Uint8Array): void
  setI(value: number): void
  setF(value: number): void
  setB(value: boolean): void
  setType(type: number): void
  setShape(shape: TensorShape): void
  setTensor(tensor: TensorProto): void
  setList(list: ListValue): void
}

interface ListValue {
  setIList(values: readonly number[]): void
  setFList(values: readonly number[]): void
  setTypeList(types: readonly number[]): void
}

interface TensorProto {
  setDtype(type: number): void
  setTensorShape(shape: TensorShape): void
  setTensorContent(bytes: Uint8Array): void
}

export interface TensorShape {
  addDim(dimension: unknown): void
}

interface OpDef {
  getName(): string
  getIsStateful(): boolean
  getInputArgList(): ArgDef[]
  getAttrList(): { getName(): string }[]
}

interface ArgDef {
  getTypeAttr(): string
  getNumberAttr(): string
  getTypeListAttr(): string
}

export const protocolBuffers = createRequire(import.meta.url)(
  '@tensorflow/tfjs-node/dist/proto/api_pb.js',
) as ProtocolBuffers
