import type { WindowAttributes } from './kernels.ts'

/**
 * The operations that may be differentiated twice, by the name of their kernel, or of the operation where
 * TensorFlow.js makes it by `customGrad` (the last four). Each has a case in
 * `test/derivative-cases.ts` that holds on every backend, and a line in the table of this package's README.
 */
export const verifiedOperations: readonly string[] = [
  'Abs',
  'Acos',
  'Acosh',
  'Add',
  'AddN',
  'Asin',
  'Asinh',
  'Atan',
  'Atan2',
  'Atanh',
  'AvgPool',
  'BatchMatMul',
  'Cast',
  'Ceil',
  'ClipByValue',
  'Concat',
  'Conv2D',
  'Conv2DBackpropInput',
  'Cos',
  'Cosh',
  'Cumsum',
  'DepthwiseConv2dNative',
  'Elu',
  'Equal',
  'Erf',
  'Exp',
  'ExpandDims',
  'Expm1',
  'Floor',
  'FusedBatchNorm',
  'GatherV2',
  'Greater',
  'GreaterEqual',
  'Identity',
  'LeakyRelu',
  'Less',
  'LessEqual',
  'Log',
  'Log1p',
  'LogicalAnd',
  'LogicalNot',
  'LogicalOr',
  'Max',
  'MaxPool',
  'Maximum',
  'Mean',
  'Min',
  'Minimum',
  'Multiply',
  'Neg',
  'NotEqual',
  'Pack',
  'PadV2',
  'Pow',
  'Prelu',
  'RealDiv',
  'Reciprocal',
  'Relu',
  'Relu6',
  'Reshape',
  'Reverse',
  'Round',
  'Rsqrt',
  'Select',
  'Selu',
  'Sigmoid',
  'Sign',
  'Sin',
  'Sinh',
  'Slice',
  'Softmax',
  'SoftmaxCrossEntropy',
  'Softplus',
  'SplitV',
  'Sqrt',
  'Square',
  'SquaredDifference',
  'Step',
  'Sub',
  'Sum',
  'Tan',
  'Tanh',
  'Tile',
  'Transpose',
  'Unpack',
  'fusedConv2d',
  'fusedMatMul',
  'logSigmoid',
  'logSoftmax',
]

/**
 * Throws unless an operation may be differentiated twice.
 *
 * @param depth how many gradients record the one that is computed: 1 for a second derivative
 */
export function refuseUnverified(
  kind: 'kernel' | 'customGrad',
  name: string,
  attributes: object,
  depth: number,
): void {
  if (depth > 1) {
    throw new Error(
      `A third derivative, here of ${name}, is not verified: nest two gradients at most, and use differences for the rest`,
    )
  }
  const operation = name.replace(/__op$/, '')
  if (!verifiedOperations.includes(operation)) {
    const what = kind === 'kernel' ? operation : `the customGrad in '${operation}'`
    throw new Error(`The second derivative of ${what} is not verified: use ${instead(kind, operation)}`)
  }
  const obstacle = LIMITS[operation]?.(attributes)
  if (obstacle !== undefined) throw new Error(`${operation} with ${obstacle}`)
}

/** What keeps a kernel that is verified for some attributes from being so for these. */
const LIMITS: Readonly<Record<string, (attributes: object) => string | undefined>> = {
  AvgPool: window,
  Conv2D: window,
  Conv2DBackpropInput: window,
  DepthwiseConv2dNative: window,
  MaxPool: window,
  GatherV2: ({ batchDims }: { batchDims?: number }) =>
    batchDims === undefined || batchDims === 0
      ? undefined
      : `batchDims ${batchDims} has no verified second derivative: use oneHot and matMul`,
}

function window(attributes: object): string | undefined {
  const { pad, dataFormat } = attributes as WindowAttributes & { readonly dataFormat?: string }
  if (pad !== 'same' && pad !== 'valid')
    return `pad ${JSON.stringify(pad)} has no verified second derivative: use 'same' or 'valid' (tf.pad gives any other)`
  if (dataFormat !== undefined && dataFormat !== 'NHWC')
    return `dataFormat '${dataFormat}' has no verified second derivative: use NHWC`
  return undefined
}

function instead(kind: 'kernel' | 'customGrad', operation: string): string {
  return (
    INSTEAD[operation] ??
    (kind === 'customGrad'
      ? 'the same computation without tf.customGrad, out of verified operations'
      : 'verified operations (listed in the README of @flatland/tensor), or add a case for it there')
  )
}

const INSTEAD: Readonly<Record<string, string>> = {
  Cumprod: 'exp of tf.cumsum of logs',
  fusedDepthwiseConv2d: 'tf.depthwiseConv2d, then add and an activation',
  LRN: 'batch norm or layer norm',
  MirrorPad: 'tf.pad with a constant',
  Prod: 'products written out with tf.mul, or exp of a sum of logs',
  ResizeBilinear: 'images of the right size from the start',
  ResizeNearestNeighbor: 'tf.tile, or images of the right size from the start',
  softmaxCrossEntropy: 'crossEntropy of @flatland/tensor',
}
