import { crossEntropy } from '@flatland/tensor'
import * as tf from '@tensorflow/tfjs'

/** The tensors of some examples; both have the examples as their first dimension. */
export interface Batch {
  readonly inputs: tf.Tensor
  readonly targets: tf.Tensor
}

/** Where the examples come from, a micro-batch at a time, so that memory does not grow with their number. */
export interface Examples {
  /** The number of examples. */
  readonly size: number
  /**
   * Examples start … end − 1, in tensors made for this call: the operators dispose of them. The same each time, for
   * within an algorithm they may be kept.
   */
  readonly slice: (start: number, end: number) => Batch
  /** How many are worked off at once where the caller does not say. Default 256. */
  readonly batchSize?: number
}

/**
 * A loss over data, as a function of its parameters θ:
 *
 *   L(θ) = (1/N) Σᵢ ℓ(θ, example i).
 *
 * Whatever takes an objective reads `parameters` when it works: variables that are trained meanwhile are read as
 * they are then. To look at another point, use `atPoint`, or take `{ ...objective, parameters: others }`.
 *
 * A `tf.LayersModel` reads its weights itself, whatever `loss` is given: take its outputs from `layersModel`. A loss
 * that ignores what it is given has all products at the present values of the variables it reads, as long as these
 * are the parameters; what moves θ (`atPoint`, finite differences, escapes) refuses it.
 *
 * A call of a function, an algorithm or an operator natively runs the loss as one TensorFlow graph once it is called often,
 * see `compile`. So the loss has to be pure for that long: a number that it uses may change between two calls or two
 * operators, not within one, where it is refused as far as it is seen. A loss that reads a tensor, draws random numbers
 * or reads its parameters itself is run as it is.
 */
export interface Objective {
  /** θ: float32 tensors or variables. They stay the caller's. */
  readonly parameters: readonly tf.Tensor[]
  /** The mean of ℓ over the examples of a batch: a pure function of what it is given, for as long as a call lasts. */
  readonly loss: (parameters: readonly tf.Tensor[], batch: Batch) => tf.Tensor
  readonly examples: Examples
}

/**
 * An objective in two parts, a model's outputs and a loss of the outputs, as Gauss–Newton and Fisher matrices need
 * it. Row i of the outputs must depend on example i alone: no batch normalisation in training mode.
 */
export interface ModelObjective extends Objective {
  /** z = f(θ, inputs), its first dimension the examples. */
  readonly outputs: (parameters: readonly tf.Tensor[], inputs: tf.Tensor) => tf.Tensor
  /** The mean over the examples of the loss of outputs z. */
  readonly outputLoss: (outputs: tf.Tensor, targets: tf.Tensor) => tf.Tensor
}

/**
 * The objective of a plain function of θ, without data.
 *
 * @param loss from tensors in the shapes of `parameters` to a scalar, by differentiable operations
 *
 * @example
 * // (1 − w₁w₂)² at the origin: a saddle
 * const toy = functionObjective([tf.scalar(0), tf.scalar(0)], ([w1, w2]) => tf.sub(1, w1.mul(w2)).square())
 * await evaluateLoss(toy) // 1
 */
export function functionObjective<T extends readonly tf.Tensor[]>(
  parameters: readonly [...T],
  loss: (parameters: T) => tf.Tensor,
): Objective {
  return Object.freeze({
    parameters,
    // Always as many as `parameters`, in the same order and shapes.
    loss: (at: readonly tf.Tensor[]) => loss(at as T),
    examples: { size: 1, slice: () => ({ inputs: tf.zeros([1]), targets: tf.zeros([1]) }) },
  })
}

/**
 * The objective of a model's outputs and a loss of the outputs: see `ModelObjective`.
 *
 * @example
 * const objective = modelObjective({
 *   parameters: [tf.tensor2d([[2]])],
 *   outputs: ([w], x) => tf.matMul(x, w),
 *   outputLoss: (z, y) => z.sub(y).square().mean(),
 *   examples: tensorExamples(tf.tensor2d([[1], [3]]), tf.tensor2d([[2], [5]])),
 * })
 * await evaluateLoss(objective) // 0.5
 */
export function modelObjective({
  parameters,
  outputs,
  outputLoss,
  examples,
}: Omit<ModelObjective, 'loss'>): ModelObjective {
  return Object.freeze({
    parameters,
    outputs,
    outputLoss,
    examples,
    loss: (at: readonly tf.Tensor[], { inputs, targets }: Batch) => outputLoss(outputs(at, inputs), targets),
  })
}

/** A classifier and its data. */
export interface Classification {
  readonly parameters: readonly tf.Tensor[]
  /** From θ and inputs [b, …] to logits [b, classes]. */
  readonly logits: (parameters: readonly tf.Tensor[], inputs: tf.Tensor) => tf.Tensor
  /** The number of classes. */
  readonly classes: number
  /** All inputs [N, …], or a function that makes those of examples start … end − 1. */
  readonly inputs: tf.Tensor | ((start: number, end: number) => tf.Tensor)
  /** The class of each example, 0 … classes − 1. */
  readonly labels: ArrayLike<number>
}

/**
 * The mean cross-entropy of a classifier over its data.
 *
 * @throws RangeError when a label is no class, or inputs and labels differ in number
 *
 * @example
 * const objective = classification({
 *   parameters: [tf.tensor2d([[1, 0], [0, 1]])],
 *   logits: ([w], x) => tf.matMul(x, w),
 *   classes: 2,
 *   inputs: tf.tensor2d([[1, 0]]),
 *   labels: [0],
 * })
 * await evaluateLoss(objective) // 0.3133: ln(1 + 1/e)
 */
export function classification({
  parameters,
  logits,
  classes,
  inputs,
  labels,
}: Classification): ModelObjective {
  const size = labels.length
  for (let i = 0; i < size; i++) {
    const label = labels[i] ?? NaN
    if (Number.isInteger(label) && label >= 0 && label < classes) continue
    throw new RangeError(
      `classification: label ${i} is ${label}; with ${classes} classes use 0 to ${classes - 1}`,
    )
  }
  if (inputs instanceof tf.Tensor && inputs.shape[0] !== size) {
    throw new RangeError(
      `classification: there are ${size} labels, and inputs of shape [${inputs.shape.join()}]: give one row for each label`,
    )
  }
  const rows = inputs instanceof tf.Tensor ? rowsOf(inputs) : inputs
  return modelObjective({
    parameters,
    outputs: logits,
    outputLoss: crossEntropy,
    examples: {
      size,
      slice: (start, end) => ({ inputs: rows(start, end), targets: oneHot(labels, classes, start, end) }),
    },
  })
}

/**
 * Examples that lie in two tensors [N, …] already.
 *
 * @throws RangeError when they differ in N, or one has no rows to count
 *
 * @example
 * const { size } = tensorExamples(tf.zeros([5, 2]), tf.zeros([5, 1]))
 * size // 5
 */
export function tensorExamples(inputs: tf.Tensor, targets: tf.Tensor): Examples {
  const size = inputs.shape[0]
  if (inputs.rank === 0 || targets.shape[0] !== size) {
    throw new RangeError(
      `tensorExamples: inputs of shape [${inputs.shape.join()}] and targets of shape [${targets.shape.join()}] ` +
        'must have the same number of rows, one for each example',
    )
  }
  const [x, y] = [rowsOf(inputs), rowsOf(targets)]
  return { size, slice: (start, end) => ({ inputs: x(start, end), targets: y(start, end) }) }
}

function rowsOf(tensor: tf.Tensor): (start: number, end: number) => tf.Tensor {
  return (start, end) => tf.slice(tensor, start, end - start)
}

function oneHot(labels: ArrayLike<number>, classes: number, start: number, end: number): tf.Tensor {
  const rows = new Float32Array((end - start) * classes)
  for (let i = start; i < end; i++) rows[(i - start) * classes + (labels[i] ?? 0)] = 1
  return tf.tensor2d(rows, [end - start, classes])
}
