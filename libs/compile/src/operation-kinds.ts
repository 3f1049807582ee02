/** What kind of work an operation is, for the eye. */
export type OperationKind = 'product' | 'reduction' | 'random' | 'shape' | 'elementwise'

export function kindOf(operation: string): OperationKind {
  if (isProduct(operation)) return 'product'
  if (isReduction(operation)) return 'reduction'
  if (/Random|Multinomial/.test(operation)) return 'random'
  return SHAPE.test(operation) ? 'shape' : 'elementwise'
}

/** Matrix products and convolutions, with their gradients. */
export function isProduct(operation: string): boolean {
  return /MatMul|Conv[23]D|Conv2d|Einsum/.test(operation)
}

/** What sums, or chooses, over an axis or a window. */
export function isReduction(operation: string): boolean {
  return /^(Sum|Mean|Max|Min|Prod|All|Any|ArgMax|ArgMin|Cumsum|BiasAddGrad|LogSoftmax|Softmax|UnsortedSegmentSum)$|Pool|SoftmaxCrossEntropy|BatchNorm/.test(
    operation,
  )
}

const SHAPE =
  /^(Reshape|Transpose|ExpandDims|Squeeze|Slice|StridedSlice|Concat|ConcatV2|Pack|Unpack|Split|SplitV|Tile|Pad|PadV2|Gather|GatherV2|GatherNd|ScatterNd|OneHot|BroadcastTo|Identity|Cast|Reverse|ReverseV2|Fill|ZerosLike|OnesLike|Shape)$/
